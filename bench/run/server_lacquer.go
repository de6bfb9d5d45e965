package main

import _ "embed"

// The processor is one, so Go's scheduler gets one; it would find that out by itself.
var lacquerEnviron = []string{"GOMAXPROCS=1"}

var lacquer = server{
	name:   "lacquer",
	speaks: http2TLS,
	files: func(at site) map[string]string {
		return map[string]string{"lacquer.yaml": at.fill(lacquerYAML(at.workload))}
	},
	command: lacquerCommand,
	environ: lacquerEnviron,
}

var lacquerWithRules = server{
	name:   "lacquer, ten rules",
	speaks: http2TLS,
	files: func(at site) map[string]string {
		return map[string]string{"lacquer.yaml": at.fill(lacquerYAML(at.workload) + "rules: rules.yaml\n"), "rules.yaml": tenRules}
	},
	command: lacquerCommand,
	environ: lacquerEnviron,
}

// tenRules are such as sites have. None matches what is asked for here, so each is tried.
//
//go:embed rules.yaml
var tenRules string

func lacquerCommand(at site) []string {
	return []string{at.binaries.lacquer, "serve", "-c", at.dir + "/lacquer.yaml", "--state", at.dir + "/state"}
}

// lacquerYAML is the default but for the store. 60 % of cache.memory go to stored objects.
func lacquerYAML(w workload) string {
	scheme, tls := "http", ""
	if w.speaks != http1 {
		scheme, tls = "https", "tls: {certificates: [{cert: {certificate}, key: {key}}]}\n"
	}
	return `listen: ["` + scheme + `://{listen}"]
admin: "off"
backends: {default: "http://{origin}"}
cache: {memory: 4GiB}
access_log: {to: "off"}
` + tls
}
