package main

import "os"

// nginx stores in files, here on a file system in memory, and keeps them open (open_file_cache), which its documents recommend. The limit on
// requests per connection is lifted: the default of 1000 would measure connecting. Keep-alive towards the origin is off by
// default, and on here as it is in the others. tcp_nopush is left off: with it answers of 100 KiB wait 40 ms for an acknowledgement.
var nginx = server{
	name:    "nginx",
	version: []string{"nginx", "-v"},
	speaks:  http2TLS,
	files: func(at site) map[string]string {
		listen := map[protocol]string{http1: "{listen}", http1TLS: "{listen} ssl", http2TLS: "{listen} ssl http2"}[at.workload.speaks]
		tls := ""
		if at.workload.speaks != http1 {
			tls = "ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;"
		}
		return map[string]string{"nginx.conf": at.fill(nginxUser() + `
worker_processes 1;
daemon off;
pid {dir}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
	access_log off;
	sendfile on;
	keepalive_requests 1000000000;
	open_file_cache max=12000 inactive=1h;
	client_body_temp_path {dir}/body;
	proxy_temp_path {dir}/proxy;
	fastcgi_temp_path {dir}/fastcgi;
	uwsgi_temp_path {dir}/uwsgi;
	scgi_temp_path {dir}/scgi;
	proxy_cache_path {dir}/cache levels=1:2 keys_zone=objects:128m max_size={storeMiB}m inactive=1h use_temp_path=off;
	upstream origin {
		server {origin};
		keepalive 64;
	}
	server {
		listen ` + listen + `;
		` + tls + `
		location / {
			proxy_pass http://origin;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $host;
			proxy_cache objects;
			proxy_cache_lock on;
		}
	}
}
`)}
	},
	command: func(at site) []string {
		return []string{"nginx", "-p", at.dir, "-e", "stderr", "-c", at.dir + "/nginx.conf"}
	},
}

// nginxUser keeps nginx's worker from giving up root, where this runs as root: its files lie in a directory that is nobody else's.
func nginxUser() string {
	if os.Getuid() != 0 {
		return ""
	}
	return "user root;"
}
