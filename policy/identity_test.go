package policy_test

import (
	"testing"

	"lacquer/policy"
)

func TestBearsIdentity(t *testing.T) {
	f := func(request string, want bool) {
		t.Helper()
		if got := policy.BearsIdentity(get(request)); got != want {
			t.Errorf("%q: %v, want %v", request, got, want)
		}
	}
	f("", false)
	f("Accept: a | User-Agent: b", false)
	f("authorization: Basic YTpi", true)
	// An empty Authorization is odd enough to be careful.
	f("Authorization: ", true)
	f("Cookie: a=b", true)
	f("cookie: ", false)
	f("Cookie:  | Cookie: a=b", true)
	// What we cannot read, the application may.
	f("Cookie: nonsense", true)
}

func TestDropAnalyticsCookies(t *testing.T) {
	f := func(request, want string) {
		t.Helper()
		h := header(request)
		policy.DropAnalyticsCookies(&h)
		if got := text(h); got != want {
			t.Errorf("%q: %q, want %q", request, got, want)
		}
	}
	f("Accept: a", "Accept: a")
	// A visitor with nothing else is anonymous.
	f("Accept: a | Cookie: _ga=GA1.2.3; _ga_ABC123=GS1; _gid=x; __utma=1; _fbp=fb.1; _hjSession_1=e; _pk_id.1.1fff=a", "Accept: a")
	// What is not analytics stays, in its order.
	f("Cookie: session=1; _ga=GA1.2.3; theme=dark", "Cookie: session=1; theme=dark")
	f("Cookie: session=1; theme=dark", "Cookie: session=1; theme=dark")
	// Names are compared whole and with their case; a star stands only at the end.
	f("Cookie: _gax=1; _GA=2; x_ga=3; _fbpx=4", "Cookie: _gax=1; _GA=2; x_ga=3; _fbpx=4")
	// Consent, tests of variants and protection against robots decide what is shown.
	f("Cookie: cookieconsent=1; _vwo_uuid=2; optimizelyEndUserId=3; cf_clearance=4", "Cookie: cookieconsent=1; _vwo_uuid=2; optimizelyEndUserId=3; cf_clearance=4")
}
