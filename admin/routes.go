package admin

import "net/http"

// access says who may have what a route gives.
type access uint8

const (
	byToken access = iota // who holds the token, or a session that it opened
	byHost                // who is on this machine, and who holds the token
	open                  // everybody who reaches the listener
)

// route is something that can be asked.
type route struct {
	method, path string
	access       access
	stream       bool // it goes on until the client leaves
	serve        func(*Server, http.ResponseWriter, *http.Request) error
}

// routes are all there are, in the order of openapi.yaml.
var routes = []route{
	{"GET", "/healthz", open, false, (*Server).health},
	{"GET", "/readyz", open, false, (*Server).ready},
	{"GET", "/metrics", byHost, false, (*Server).metrics},
	{"GET", "/login", open, false, (*Server).login},
	{"GET", "/", byToken, false, (*Server).index},
	{"GET", "/api/v1/openapi.yaml", byToken, false, (*Server).openapi},
	{"POST", "/api/v1/login", byToken, false, (*Server).newLogin},
	{"POST", "/api/v1/purge", byToken, false, (*Server).purge},
	{"POST", "/api/v1/explain", byToken, false, (*Server).explain},
	{"GET", "/api/v1/objects", byToken, false, (*Server).objects},
	{"GET", "/api/v1/object", byToken, false, (*Server).object},
	{"GET", "/api/v1/stats", byToken, false, (*Server).stats},
	{"POST", "/api/v1/reload", byToken, false, (*Server).reload},
	{"GET", "/api/v1/versions", byToken, false, (*Server).versions},
	{"POST", "/api/v1/rollback", byToken, false, (*Server).rollback},
	{"GET", "/api/v1/transactions", byToken, true, (*Server).transactions},
}

// find returns the route for a method and a path; known reports whether there is one for another method. HEAD is asked of what GET gives.
func find(method, path string) (found *route, known bool) {
	if method == "HEAD" {
		method = "GET"
	}
	for i := range routes {
		if routes[i].path == path {
			if routes[i].method == method {
				return &routes[i], true
			}
			known = true
		}
	}
	return nil, known
}
