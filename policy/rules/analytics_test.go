package rules_test

import (
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

// Cookies of analytics are no identity: the built-in rules drop them, and nothing that an application may read.
func TestAnalyticsCookies(t *testing.T) {
	set, err := rules.Compile(nil, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := func(cookies, want string) {
		t.Helper()
		r := &message.Request{Method: "GET", Scheme: "http", Authority: "h", Path: "/", Major: 1, Minor: 1, Header: message.Header{{Name: "Cookie", Value: cookies}}}
		set.Run(rules.Request, &rules.Vars{Req: r}, new(rules.Effects))
		if got := r.Header.Get("Cookie"); got != want {
			t.Errorf("%q: %q, want %q", cookies, got, want)
		}
	}
	// A visitor with nothing else is anonymous.
	f("_ga=GA1.2.3; _ga_ABC123=GS1; _gid=x; __utma=1; _fbp=fb.1; _hjSession_1=e; _pk_id.1.1fff=a; _gat_UA_1=1", "")
	// What is not analytics stays, in its order.
	f("session=1; _ga=GA1.2.3; theme=dark", "session=1; theme=dark")
	// Names are compared whole and with their case: these are sessions of applications.
	f("_gax=1; _GA=2; x_ga=3; _fbpx=4; _gateway_session=5; _hjem_session=6", "_gax=1; _GA=2; x_ga=3; _fbpx=4; _gateway_session=5; _hjem_session=6")
	// Consent, tests of variants and protection against robots decide what is shown.
	f("cookieconsent=1; _vwo_uuid=2; optimizelyEndUserId=3; cf_clearance=4", "cookieconsent=1; _vwo_uuid=2; optimizelyEndUserId=3; cf_clearance=4")
}
