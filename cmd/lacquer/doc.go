/*
Lacquer is a caching reverse proxy in one binary: put it in front of a slow dynamic site and the site becomes fast, stays up
when the origin falls over, and shows new content the moment it changes.

	lacquer serve --backend http://127.0.0.1:3000

listens on port 8080, asks the origin for what it does not have, keeps what RFC 9111 lets a shared cache keep, and says on each
response by Cache-Status what it did.

# Commands

	lacquer serve [-c FILE] [--listen ADDRESS]... [--backend URL] [--memory SIZE] [--state DIRECTORY] [--log-format text|json]
	lacquer version

The other commands of Lacquer (demo, check, explain, purge, ban, warm, log, stat, top, hist, reload, versions, rollback, vcl)
are not in this version and are refused by name.

The flags of serve:

	-c, --config FILE         the configuration; without it lacquer.yaml in the working directory, else
	                          $XDG_CONFIG_HOME/lacquer/lacquer.yaml, else /etc/lacquer/lacquer.yaml, else none
	    --listen ADDRESS      where clients are served; may be repeated (default :8080)
	    --backend URL         the origin, instead of the backends of the configuration
	    --memory SIZE         what the process may use, such as 1GiB
	    --state DIRECTORY     where the state is kept
	    --log-format FORMAT   of what is logged to standard error: text or json

Addresses are :8080, 127.0.0.1:8080, http://:80, unix:/run/lacquer.sock, or proxy+http://:8081 for PROXY protocol. Port 0 picks
a free one. Origins are http://host:port, https://host or unix:/path.

The first line that serve logs once it accepts connections is "serving", with the addresses that it really listens on and who
may purge.

# Configuration

Flags win over the environment, which wins over the file, which wins over the defaults. These are the keys of the file:

	listen: [":8080"]
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
	limits:
	  header: 64KiB                        # of a request head
	  body: 0                              # of a request body; 0 is none
	  header_time: 10s                     # for a request head to arrive
	  idle_time: 75s                       # between two requests of a connection
	  send_time: 60s                       # for a client to take the next piece of a response

Sizes are written 512MiB, durations 90s, 12h, 7d. In values, ${NAME} stands for a variable of the environment and
${NAME:-default} for one that may be missing; $$ is a dollar sign. A key that is not known is an error that suggests the nearest
one.

In the environment a key is written in capitals after LACQUER_, with __ between levels and commas between the values of a list:
LACQUER_LISTEN, LACQUER_CACHE__MEMORY, LACQUER_PURGE__ALLOW, LACQUER_BACKENDS__APP. Other names are ignored.

# State

The state directory is --state, else $STATE_DIRECTORY, else /var/lib/lacquer if it can be written, else
$XDG_STATE_HOME/lacquer, else ~/.local/state/lacquer. Only one serve can use a directory at a time.

# Memory

The limit at which the collector works harder (GOMEMLIMIT) is set from cache.memory, unless the environment sets it.

# Signals

SIGTERM and SIGINT let the transactions under way end, for at most 30 seconds; a second one ends at once. SIGHUP, which is to
reload the configuration, is not in this version: it is logged and nothing else.

# Exit codes

0 is success, 1 a failure, 2 wrong usage.
*/
package main
