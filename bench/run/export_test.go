package main

// ParseOptions returns what the flags choose: the mode, the rows, the servers, and the files that are written.
func ParseOptions(args ...string) (mode string, rows, servers []string, files []string, err error) {
	o, err := parseOptions(args)
	for _, w := range o.rows {
		rows = append(rows, w.name)
	}
	for _, s := range o.servers {
		servers = append(servers, s.name)
	}
	return o.mode.name, rows, servers, []string{o.results, o.page, o.summary}, err
}

// BrowserHead returns what load.lua reads.
func BrowserHead() string { return browserHead() }

// Body returns what a page must be, for a path in the group of a workload.
func Body(row, group string, number int) (path, body string) {
	for _, w := range workloads {
		if w.name == row {
			path = w.path(group, number)
			return path, w.body(path)
		}
	}
	return "", ""
}

// LacquerFiles returns the configurations of Lacquer that are measured, for a row.
func LacquerFiles(row, dir string) (all []map[string]string) {
	at := site{dir: dir, listen: "127.0.0.1:8080", port: 8080, origin: "127.0.0.1:3000", certificate: certificate{chain: "site.pem", key: "site.key"}}
	for _, w := range workloads {
		if w.name == row {
			at.workload = w
		}
	}
	return []map[string]string{lacquer.files(at), lacquerWithRules.files(at)}
}
