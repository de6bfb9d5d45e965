package main

import (
	"strconv"

	"lacquer/bench/report"
)

// floor answers what it has prepared, whatever it is asked.
var floor = server{
	name:   report.Floor,
	speaks: http2TLS, // it has a part in those rows, by HTTP/1.1
	command: func(at site) []string {
		return []string{at.binaries.floor, strconv.Itoa(at.port), strconv.Itoa(at.workload.size)}
	},
}
