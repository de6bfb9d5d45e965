package main

import "strconv"

// varnish has its default VCL. One core takes one pool of threads. It writes its log into shared memory as it always does; nobody reads it.
// It speaks no TLS.
var varnish = server{
	name:    "varnish",
	version: []string{"varnishd", "-V"},
	speaks:  http1,
	command: func(at site) []string {
		return []string{"varnishd", "-F", "-j", "none", "-T", "none", "-n", at.dir,
			"-a", at.listen, "-b", at.origin,
			"-s", "malloc," + strconv.Itoa(storeMiB) + "M",
			"-p", "thread_pools=1"}
	},
}
