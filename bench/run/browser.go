package main

import (
	"net/http"
	"strings"
)

// host is the name of the site that all are asked for, wherever they listen.
const host = "www.example.org"

// field is a line of a request head.
type field struct{ name, value string }

// browser is what Chrome sends for a page on a first visit, below the request line: no cookies, some 650 bytes.
var browser = []field{
	{"Host", host},
	{"Sec-Ch-Ua", `"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"`},
	{"Sec-Ch-Ua-Mobile", "?0"},
	{"Sec-Ch-Ua-Platform", `"Linux"`},
	{"Upgrade-Insecure-Requests", "1"},
	{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
	{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"},
	{"Sec-Fetch-Site", "none"},
	{"Sec-Fetch-Mode", "navigate"},
	{"Sec-Fetch-Dest", "document"},
	{"Accept-Encoding", "gzip, deflate, br"},
	{"Accept-Language", "en-GB,en;q=0.9,de;q=0.8"},
}

// browserHead returns the fields as load.lua reads them.
func browserHead() string {
	var b strings.Builder
	for _, f := range browser {
		b.WriteString(f.name + ": " + f.value + "\n")
	}
	return b.String()
}

// browserRequest returns a request for a path of a server at a base URL.
func browserRequest(base, path string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodGet, base+path, nil)
	if err != nil {
		return nil, err
	}
	for _, f := range browser {
		r.Header.Set(f.name, f.value)
	}
	r.Header.Del("Host")
	r.Host = host
	return r, nil
}
