// Package trial tries rules on made-up traffic: a request, where wanted the origin's answer to it, time that passes, an origin that
// is down. It runs the same rules and the same judgement as a site that is served, and tells what comes of it.
//
// It is pure: nothing is asked, stored or sent, and now is an argument. What it knows of a store is one object, the one that the
// first visit of a test has left. It does not know YAML; tests come as nodes, and what is wrong with them is told with its place.
package trial
