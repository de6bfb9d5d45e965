package rules

// action is something that a rule can do.
type action struct {
	name        string
	steps       steps
	form, about string
	ends        bool // later rules of the step would not matter, and do not run
	compile     func(c *compiler, n *Node, step Step) (deed, bool)
}

// The names of what is part of a rule's build, and not compiled into a deed.
const (
	stopAction  = "stop"
	groupAction = "rules"
)

var actions = []action{
	{name: "pass", steps: at(Request), form: "`true`", about: "fetch from the origin without asking the store, and store nothing",
		compile: compilePass},
	{name: "pipe", steps: at(Request), form: "`true`", about: "hand the connection through to the origin, for other protocols than HTTP",
		compile: compilePipe},
	{name: "respond", steps: at(Request, Error), form: "`{status: 418, headers: {Name: value}, body: text}` or `{status: 404, file: page.html}`",
		about: "answer at once; no later rule of the step runs", ends: true, compile: compileRespond},
	{name: "redirect", steps: at(Request), form: "`\"https://www.example.org{{ req.uri }}\"` or `{to: ..., status: 308}`",
		about: "send the client elsewhere, with 302 if no status is given; no later rule of the step runs", ends: true, compile: compileRedirect},
	{name: "backend", steps: at(Request), form: "a name, or an expression in `{{ }}`", about: "ask this backend",
		compile: compileBackend},
	{name: "key", steps: at(Request), form: "list of values", about: "add the values to the key: who differs in them is kept apart",
		compile: compileKey},
	{name: "query", steps: at(Request), form: "`{keep: [patterns]}`, `{drop: [patterns]}`, `{sort: true}`", about: "take parameters off, or put them in the order of their names",
		compile: compileQuery},
	{name: "cookies", steps: at(Request), form: "`{keep: [patterns]}`, `{drop: [patterns]}`, `{sort: true}`", about: "likewise with the cookies of the request",
		compile: compileCookies},
	{name: "obey", steps: at(Request), form: "`true`, or a list of `no-cache`, `max-age`, `min-fresh`, `max-stale` and `only-if-cached`",
		about:   "do what the client's Cache-Control says of stored responses, or these parts of it; without it nobody's reload costs the origin a fetch",
		compile: compileObey},
	{name: "url", steps: at(Request, Fetch), form: "path and query", about: "rewrite path and query",
		compile: compileURL},
	{name: "host", steps: at(Request, Fetch), form: "host and optional port", about: "rewrite the host",
		compile: compileHost},
	{name: "set", steps: anywhere, form: "`{Name: value}`", about: "give fields a value: of the request at request and fetch, else of the response",
		compile: compileSet},
	{name: "add", steps: anywhere, form: "`{Name: value}`", about: "add field lines beside those that are there",
		compile: compileAdd},
	{name: "unset", steps: anywhere, form: "`[Name or pattern]`", about: "take fields off, as `X-Debug-*`",
		compile: compileUnset},
	{name: "ttl", steps: at(Response), form: "a duration, or an expression in `{{ }}`", about: "how long the response is fresh; it overrides no refusal to store",
		compile: compileTTL},
	{name: "stale_while_revalidate", steps: at(Response), form: "likewise", about: "how long past that it is served while it is refreshed",
		compile: compileStaleWhileRevalidate},
	{name: "stale_if_error", steps: at(Response), form: "likewise", about: "how long past that it stands in when the origin fails",
		compile: compileStaleIfError},
	{name: "keep", steps: at(Response), form: "likewise", about: "how long past all that it is kept to be validated",
		compile: compileKeep},
	{name: "early_refresh", steps: at(Response), form: "`true` or `false`", about: "`true`: refresh it a little before it expires while it is asked for often; `false`: only then",
		compile: compileEarlyRefresh},
	{name: "store", steps: at(Response), form: "`false` or `true`", about: "`false`: do not store; `true`: store in spite of `no-store` or `private`",
		compile: compileStore},
	{name: "tags", steps: at(Response), form: "list of values", about: "tags by which the response can be purged",
		compile: compileTags},
	{name: "restart", steps: at(Deliver, Error), form: "`true` or `{url: ..., set: {Name: value}}`", about: "begin again with the request changed, at most four times; only a GET or HEAD without body",
		ends: true, compile: compileRestart},
	{name: "retry", steps: at(Response), form: "`true`, or another backend's name", about: "ask the origin again, at most three times; only what changes nothing there and has no body", ends: true,
		compile: compileRetry},
	{name: "log", steps: anywhere, form: "a value", about: "write a line to the log",
		compile: compileLog},
	{name: "count", steps: anywhere, form: "a counter's name", about: "count a match under this name, in the metrics",
		compile: compileCount},
	{name: stopAction, steps: anywhere, form: "`true`", about: "no later rule of this step; the built-in ones still run"},
	{name: groupAction, steps: anywhere, form: "list of rules", about: "a group: they run if the `when` of this rule holds"},
}

// actionCalled finds an action by its name.
func actionCalled(name string) *action {
	for i := range actions {
		if actions[i].name == name {
			return &actions[i]
		}
	}
	return nil
}

// keysOfRules are all names that may stand in a rule.
func keysOfRules() []string {
	names := []string{"name", "on", "when"}
	for i := range actions {
		names = append(names, actions[i].name)
	}
	return names
}
