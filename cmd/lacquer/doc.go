/*
Lacquer is a caching reverse proxy in one binary: put it in front of a slow dynamic site and the site becomes fast, stays up
when the origin falls over, and shows new content the moment it changes.

	lacquer serve --backend http://127.0.0.1:3000

listens on port 8080, asks the origin for what it does not have, keeps what RFC 9111 lets a shared cache keep, and says on each
response by Cache-Status what it did.

# Commands

	lacquer serve [-c FILE] [--listen ADDRESS]... [--backend URL] [--memory SIZE] [--state DIRECTORY] [--admin ADDRESS] [--log-format text|json]
	lacquer demo [--listen ADDRESS] [--control ADDRESS]
	lacquer check [-c FILE] [--schema]
	lacquer explain URL [-H 'Name: value']... [-X METHOD] [--json]
	lacquer purge URL... | --tag TAG... | --all [--soft] [--dry-run] [--json]
	lacquer stat [--once | --json]
	lacquer reload | versions [--json] | rollback [N]
	lacquer version

The other commands of Lacquer (ban, warm, log, top, hist, vcl) are not in this version and are refused by name; so are the flags
--prefix, --host and --refetch of purge.

The flags of serve:

	-c, --config FILE         the configuration; without it lacquer.yaml in the working directory, else
	                          $XDG_CONFIG_HOME/lacquer/lacquer.yaml, else /etc/lacquer/lacquer.yaml, else none
	    --listen ADDRESS      where clients are served; may be repeated (default :8080)
	    --backend URL         the origin, instead of the backends of the configuration
	    --memory SIZE         what the process may use, such as 1GiB
	    --state DIRECTORY     where the state is kept
	    --admin ADDRESS       of the administration, or off (default 127.0.0.1:6082)
	    --log-format FORMAT   of what is logged to standard error: text or json

demo starts a slow little site of its own, a Lacquer in front of it (--listen, default 127.0.0.1:8080 or a free port), and a control page for
the browser (--control, on loopback, default a free port), and prints where they are and what to try. It reads no configuration and keeps no
state.

check reads the configuration as serve would, opens nothing, and runs the tests of the rules. It prints "ok:" with the number of rules and
tests, or everything that is wrong with file, line, column and a caret. With --schema it prints a JSON Schema for editors instead.

explain, purge, stat, reload, versions and rollback talk to a Lacquer that runs. On the same machine they find it by its state directory, in
which serve leaves the address of its administration and a token (--state and -c name another one). --admin ADDRESS or LACQUER_ADMIN, with LACQUER_TOKEN,
reach another: 127.0.0.1:6082, unix:/run/lacquer/admin.sock, or https://host:port. stat is a live view in a terminal, and one line elsewhere.

Addresses are :8080, 127.0.0.1:8080, http://:80, https://:443, unix:/run/lacquer.sock, or proxy+http://:8081 for PROXY protocol.
Port 0 picks a free one. Origins are http://host:port, https://host or unix:/path.

The first line that serve logs once it accepts connections is "serving", with the addresses that it really listens on and who
may purge.

# Configuration

Flags win over the environment, which wins over the file, which wins over the defaults. These are the keys of the file:

	listen: [":8080"]
	admin: 127.0.0.1:6082                  # or unix:/run/lacquer/admin.sock, or off; never on other machines' networks
	state: /var/lib/lacquer
	backends:
	  app: http://127.0.0.1:3000           # short form
	  default:                             # the one of this name, or the only one, answers
	    url: https://origin.example
	    timeouts: {connect: 2s, first_byte: 30s, between_bytes: 30s}
	cache:
	  memory: 1GiB                         # default: three quarters of what the machine or its cgroup has left
	  max_object: 64MiB                    # larger ones are streamed, not stored
	  ttl: 0s                              # where the response says nothing at all
	  heuristics: true                     # a tenth of the time since Last-Modified, at most a day
	  stale_while_revalidate: 0s           # where the response says nothing
	  stale_if_error: 24h                  # likewise
	  keep: 10m                            # kept past that for a conditional fetch
	trusted_proxies: []                    # whose X-Forwarded-For, -Proto and PROXY protocol are believed
	access_log: {to: stdout, format: combined}   # to: stdout, stderr, off or a path; format: combined or json
	purge:
	  allow: [127.0.0.0/8, "::1/128"]      # who may PURGE on the site's own listener
	  tags: {expose: false}                # headers: [xkey, X-Own: comma] names the fields that hold tags
	limits:
	  header: 64KiB                        # of a request head
	  body: 0                              # of a request body; 0 is none
	  header_time: 10s                     # for a request head to arrive
	  idle_time: 75s                       # between two requests of a connection
	  body_time: 60s                       # for the next piece of a request body to arrive
	  send_time: 60s                       # for a client to take the next piece of a response
	rules: []                              # or the path of a file, or a pattern of files such as rules/*.yaml
	tests: []                              # of the rules, likewise

Sizes are written 512MiB, durations 90s, 12h, 7d. In values, ${NAME} stands for a variable of the environment and
${NAME:-default} for one that may be missing; $$ is a dollar sign. A key that is not known is an error that suggests the nearest
one.

In the environment a key is written in capitals after LACQUER_, with __ between levels and commas between the values of a list:
LACQUER_LISTEN, LACQUER_CACHE__MEMORY, LACQUER_PURGE__ALLOW, LACQUER_BACKENDS__APP. Other names are ignored.

# HTTPS

An https listener shows certificates that are obtained for tls.hosts from Let's Encrypt, or by another tls.acme.directory; those of the
files in tls.certificates, a list of {cert: site.pem, key: site.key}; or, without either, one that is signed by itself.

# State

The state directory is --state, else $STATE_DIRECTORY, else /var/lib/lacquer if it can be written, else
$XDG_STATE_HOME/lacquer, else ~/.local/state/lacquer. Only one serve can use a directory at a time.

# Memory

The limit at which the collector works harder (GOMEMLIMIT) is set from cache.memory, unless the environment sets it.

# Signals

SIGTERM and SIGINT let the transactions under way end, for at most 30 seconds; a second one ends at once. SIGHUP reads the
configuration anew: it is put in force at once if it loads and the tests of its rules hold; else the present one stays, and the log
says why. Requests under way end under the rules with which they began. Listeners, the administration, TLS, memory, state, access log, trusted proxies
and limits stay as they were at the start; a warning names those that differ.

# Exit codes

0 is success, 1 a failure, 2 wrong usage.
*/
package main
