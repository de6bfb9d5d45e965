package demo

// Explain returns result and sentence for a request, as the control page shows them.
func Explain(method string, code int, cache string) (string, string) {
	s := parseStatus(cache)
	r := resultOf(method, code, s)
	return string(r), s.why(r)
}
