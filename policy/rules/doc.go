// Package rules decides by the user's own rules: expressions of github.com/expr-lang/expr over the request, the response and what
// is stored, at five steps of a request's life. Everything that can be wrong with a rule is found when it is compiled.
//
// It never acts: it changes the heads that it is handed and fills Effects, which say what else is wished; counters and log lines go
// to Hooks. It does not know YAML (whoever reads the configuration hands in Nodes), the store, or the time.
package rules
