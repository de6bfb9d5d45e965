package rules_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

// logged returns what a template becomes at a step.
func logged(t *testing.T, step rules.Step, template string, change func(*rules.Vars)) string {
	t.Helper()
	s := compiled(t, "- name: r\n  on: "+step.String()+"\n  log: "+template+withoutAnalytics)
	got := strings.TrimPrefix(run(s, step, change), "pipe\n") // by the built-in rule for upgrades
	got, _, _ = strings.Cut(got, "\ncount seen")
	return strings.TrimSpace(strings.TrimPrefix(got, "log r:"))
}

func TestVariables(t *testing.T) {
	named := make(map[string]bool)
	// expression yields want at every step where its variable exists.
	f := func(expression, want string) {
		t.Helper()
		name, _, _ := strings.Cut(expression, "(")
		for _, v := range rules.Variables() {
			if known, _, _ := strings.Cut(v.Name, "("); known != name {
				continue
			}
			named[v.Name] = true
			for _, step := range v.Steps {
				if got := logged(t, step, "'{{ "+expression+" }}'", nil); got != want {
					t.Errorf("%s at %s: got %q, want %q", expression, step, got, want)
				}
			}
		}
	}

	f(`req.method`, "GET")
	f(`req.scheme`, "http")
	f(`req.host`, "example.org")
	f(`req.port`, "8080")
	f(`req.path`, "/news/today")
	f(`req.query`, "b=2&utm_source=x&a=1%202")
	f(`req.uri`, "/news/today?b=2&utm_source=x&a=1%202")
	f(`req.header("accept")`, "text/html, */*")
	f(`req.header("x-none")`, "")
	f(`req.header("Accept-" + "Language")`, "de")
	f(`req.cookie("lang")`, "de")
	f(`req.cookie("LANG")`, "")
	f(`req.param("a")`, "1 2")
	f(`req.param("c")`, "")
	f(`req.upgrade`, "")
	f(`req.id`, "id-1")
	f(`req.restarts`, "1")
	f(`req.tls.version`, "1.3")
	f(`req.tls.cipher`, "TLS_AES_128_GCM_SHA256")
	f(`req.tls.server_name`, "example.org")
	f(`req.tls.protocol`, "h2")
	f(`client.ip`, "192.0.2.7")
	f(`client.in("10.0.0.0/8", "192.0.2.0/24")`, "true")
	f(`client.in(["10.0.0.0/8", "192.0.2.7"])`, "true")
	f(`client.in("::/0")`, "false")
	f(`resp.status`, "203")
	f(`resp.header("content-type")`, "image/png")
	f(`obj.age`, "90s")
	f(`obj.ttl`, "1.5s")
	f(`obj.hits`, "7")
	f(`obj.tags`, "news, front")
	f(`obj.stale`, "true")
	f(`cache.hit`, "true")
	f(`cache.miss`, "false")
	f(`cache.pass`, "false")
	f(`cache.stale`, "true")
	f(`cache.reason`, "stale-if-error")
	f(`backend.name`, "app")
	f(`backend.healthy`, "true")
	f(`backend.fetch_time`, "0.25s")
	f(`now`, "Wed, 04 Mar 2026 05:06:07 GMT")

	for _, v := range rules.Variables() {
		if !named[v.Name] {
			t.Errorf("%s has no case", v.Name)
		}
	}
}

func TestVariablesAtTheEdge(t *testing.T) {
	f := func(expression, want string, change func(*rules.Vars)) {
		t.Helper()
		if got := logged(t, rules.Request, "'{{ "+expression+" }}'", change); got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
	upgrade := func(connection, protocol string, major, minor uint8) func(*rules.Vars) {
		return func(v *rules.Vars) {
			v.Req.Major, v.Req.Minor = major, minor
			v.Req.Header = message.Header{{Name: "Connection", Value: connection}, {Name: "Upgrade", Value: protocol}}
		}
	}
	client := func(address string) func(*rules.Vars) {
		return func(v *rules.Vars) { v.Client.Addr = netip.MustParseAddr(address) }
	}
	host := func(authority string) func(*rules.Vars) {
		return func(v *rules.Vars) { v.Req.Authority = authority }
	}

	// Without TLS, and behind a Unix socket.
	f(`"-" + req.tls.version + client.ip + string(client.in("0.0.0.0/0"))`, "-false", func(v *rules.Vars) { v.TLS, v.Client = nil, rules.Client{} })
	// RFC 9110 section 7.8: only HTTP/1.1 can ask, and both fields are needed.
	f(`req.upgrade`, "websocket", upgrade("keep-alive, Upgrade", "websocket", 1, 1))
	f(`req.upgrade`, "", upgrade("Upgrade", "websocket", 1, 0))
	f(`req.upgrade`, "", upgrade("Upgrade", "websocket", 2, 0))
	f(`req.upgrade`, "", upgrade("close", "websocket", 1, 1))
	f(`req.upgrade`, "", upgrade("Upgrade", "H2C", 1, 1))
	// An IPv4 address is that address in whatever form it came; a zone does not keep it out of its network.
	f(`client.in("192.0.2.0/24")`, "true", client("::ffff:192.0.2.9"))
	f(`client.in("fe80::/10")`, "true", client("fe80::1%eth0"))
	f(`client.in("::ffff:192.0.2.9")`, "true", client("192.0.2.9"))
	// No spelling of a host gets past a rule.
	f(`req.host + "|" + req.port`, "example.org|", host("EXAMPLE.org.:80"))
	f(`req.host + "|" + req.port`, "[::1]|8080", host("[::1]:8080"))
	f(`req.host + "|" + req.port`, "[::1]|", host("[::1]"))
	// Nor one of a parameter.
	f(`req.param("admin")`, "1", func(v *rules.Vars) { v.Req.Query = "%61dmin=1" })
	f(`req.param("a b")`, "c d", func(v *rules.Vars) { v.Req.Query = "a+b=c+d" })
	f(`req.param("a")`, "%zz", func(v *rules.Vars) { v.Req.Query = "a=%zz&a=2" })
}

func TestFunctions(t *testing.T) {
	called := make(map[string]bool)
	f := func(expression, want string) {
		t.Helper()
		name, _, _ := strings.Cut(expression, "(")
		called[name] = true
		for _, way := range ways {
			got := fmt.Sprint(way.evaluate(t, "string("+expression+")"))
			if got != want {
				t.Errorf("%s by %s: got %q, want %q", expression, way.name, got, want)
			}
		}
	}

	f(`lower("AbC")`, "abc")
	f(`upper(req.method + "t")`, "GETT")
	f(`trim("  a ")`, "a")
	f(`trim("xxaxx", "x")`, "a")
	f(`trimPrefix(req.path, "/news")`, "/today")
	f(`trimSuffix(req.path, "day")`, "/news/to")
	f(`replace(req.path, "/", ":")`, ":news:today")
	f(`split(req.path, "/")[1]`, "news")
	f(`split(req.path, "/")[-1]`, "today")
	f(`split("a,b,c", ",", 2)[1]`, "b,c")
	f(`join(split(req.path, "/"), "-")`, "-news-today")
	f(`join(["a", req.method], "+")`, "a+GET")
	f(`indexOf(req.path, "today")`, "6")
	f(`hasPrefix(req.path, "/news")`, "true")
	f(`hasSuffix(req.path, "/news")`, "false")
	f(`len("äöü")`, "3")
	f(`len(split(req.path, "/"))`, "3")
	f(`first(split(req.path, "s"))`, "/new")
	f(`last(split(req.path, "/"))`, "today")
	f(`int("42") + 1`, "43")
	f(`float("1.5") * 2`, "3")
	f(`string(req.restarts)`, "1")
	f(`string(["a", req.method])`, "a, GET")
	f(`abs(-3)`, "3")
	f(`min(3, 1, 2)`, "1")
	f(`max(3, len(req.path))`, "11")
	f(`duration("1m30s")`, "90s")
	f(`duration("1w") + duration("1d")`, "691200s")
	f(`duration(req.cookie("lang") == "de" ? "1s" : "2s")`, "1s")

	for _, one := range rules.Functions() {
		if !called[one.Name] {
			t.Errorf("%s has no case", one.Name)
		}
	}
}

// TestFailures has expressions that compile and cannot be worked out.
func TestFailures(t *testing.T) {
	f := func(expression, want string) {
		t.Helper()
		for _, way := range ways {
			got := fmt.Sprint(way.evaluate(t, expression))
			if !strings.HasPrefix(got, "failed r: ") || !strings.Contains(got, want) {
				t.Errorf("%s by %s: got %q, want %q", expression, way.name, got, want)
			}
		}
	}
	f(`split(req.path, "/")[7]`, "")
	f(`int(req.path)`, "")
	f(`duration(req.path)`, "is no duration")
	f(`replace(req.path, "", replace(replace(req.path, "", req.path), "", replace(req.path, "", req.path))) == ""`, "replace would make a text of")
	f(`join(split(replace(req.path, "", req.path), ""), replace(replace(req.path, "", req.path), "", req.path)) == ""`, "join would make a text of")
	f(`first(split(req.path, "/")[1:1]) == ""`, "")
}
