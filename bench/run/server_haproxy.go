package main

// haproxy has one thread, and objects of any size that is asked for here; its own limit would be too small for 100 KiB.
var haproxy = server{
	name:    "haproxy",
	version: []string{"haproxy", "-v"},
	speaks:  http2TLS,
	files: func(at site) map[string]string {
		bind := map[protocol]string{http1: "{listen}", http1TLS: "{listen} ssl crt {both} alpn http/1.1", http2TLS: "{listen} ssl crt {both} alpn h2,http/1.1"}[at.workload.speaks]
		return map[string]string{"haproxy.cfg": at.fill(`global
	nbthread 1
	maxconn 4096

defaults
	mode http
	timeout connect 2s
	timeout client 75s
	timeout server 30s

cache objects
	total-max-size {storeMiB}
	max-object-size 1000000
	max-age 86400

frontend site
	bind ` + bind + `
	http-request cache-use objects
	http-response cache-store objects
	default_backend site

backend site
	server origin {origin}
`)}
	},
	command: func(at site) []string { return []string{"haproxy", "-db", "-f", at.dir + "/haproxy.cfg"} },
}
