package policy_test

import (
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestNormaliseAcceptLanguage(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		h := header("A: 1 | " + value + " | B: 2")
		policy.NormaliseAcceptLanguage(&h)
		if got := text(h); got != strings.TrimSuffix("A: 1 | "+want, " | ")+" | B: 2" {
			t.Errorf("%s becomes %s, want %s", value, got, want)
		}
	}
	stays := func(value string) {
		t.Helper()
		f(value, value)
	}
	t.Run("what browsers send", func(t *testing.T) {
		stays("Accept-Language: en-US,en;q=0.9")
		stays("Accept-Language: de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7")
		stays("Accept-Language: zh-CN,zh;q=0.9,zh-Hant-TW;q=0.8")
		stays("Accept-Language: *")
		f("Accept-Language: en-US,en;q=0.5", "Accept-Language: en-US,en;q=0.5")
		f("accept-language: de, en-gb;q=0.8, en;q=0.7", "accept-language: de,en-GB;q=0.8,en;q=0.7")
	})
	t.Run("RFC 9110 section 12.5.4", func(t *testing.T) {
		// By weight, then by alphabet.
		f("Accept-Language: da;q=0.1, en;q=0.9, fr", "Accept-Language: fr,en;q=0.9,da;q=0.1")
		f("Accept-Language: en, de", "Accept-Language: de,en")
		f("Accept-Language: en, *;q=0.5, de;q=0.5", "Accept-Language: en,*;q=0.5,de;q=0.5")
		// Each once, with its greatest weight.
		f("Accept-Language: en;q=0.5, de, EN;q=0.9", "Accept-Language: de,en;q=0.9")
		f("Accept-Language: en;q=0.9, de, EN;q=0.5", "Accept-Language: de,en;q=0.9")
		// Lines make one list; empty elements are none.
		f("Accept-Language: en | accept-language: de", "Accept-Language: de,en")
		f("Accept-Language: de | Accept-Language: en;q=0.5", "Accept-Language: de,en;q=0.5")
		f("Accept-Language: , de ,,en", "Accept-Language: de,en")
		// What is not wanted at all says something, too.
		f("Accept-Language: de;q=0.000, en", "Accept-Language: en,de;q=0")
	})
	t.Run("RFC 9110 section 12.4.2", func(t *testing.T) {
		f("Accept-Language: en;q=1", "Accept-Language: en")
		f("Accept-Language: en;Q=1.000", "Accept-Language: en")
		f("Accept-Language: en ; q=0.50", "Accept-Language: en;q=0.5")
		f("Accept-Language: en;q=0.", "Accept-Language: en;q=0")
		f("Accept-Language: en;q=0.05,de;q=0.055", "Accept-Language: de;q=0.055,en;q=0.05")
	})
	t.Run("RFC 5646 section 2.1.1", func(t *testing.T) {
		f("Accept-Language: EN-us", "Accept-Language: en-US")
		f("Accept-Language: ABCDEFGH-12345678", "Accept-Language: abcdefgh-12345678")
		f("Accept-Language: ZH-hant-tw", "Accept-Language: zh-Hant-TW")
		f("Accept-Language: SGN-be-fr", "Accept-Language: sgn-BE-FR")
		// Behind a subtag of one character, two letters are no region and four no script.
		f("Accept-Language: EN-ca-X-CA", "Accept-Language: en-CA-x-ca")
		f("Accept-Language: AZ-latn-X-LATN", "Accept-Language: az-Latn-x-latn")
		f("Accept-Language: De-1996", "Accept-Language: de-1996")
		f("Accept-Language: es-419", "Accept-Language: es-419")
		f("Accept-Language: SL-A1", "Accept-Language: sl-a1")
	})
	t.Run("malformed", func(t *testing.T) {
		stays("Accept-Language: EN;q=2, DE")
		stays("Accept-Language: EN;q=1.001")
		stays("Accept-Language: EN;q=0.1234")
		stays("Accept-Language: EN;q=-1")
		stays("Accept-Language: EN;q=")
		stays("Accept-Language: EN;q = 1")
		stays("Accept-Language: EN;")
		stays("Accept-Language: EN;level=1")
		stays("Accept-Language: EN;q=1;q=1")
		stays("Accept-Language: EN_US")
		stays("Accept-Language: 1EN")
		stays("Accept-Language: ABCDEFGHI")
		stays("Accept-Language: EN-")
		stays("Accept-Language: -EN")
		stays("Accept-Language: EN--US")
		stays("Accept-Language: *-US")
		stays("Accept-Language: EN DE")
		stays("Accept-Language: EN | Accept-Language: ?")
		// Nothing is no preference.
		stays("Accept-Language: ")
		stays("Accept-Language: ,")
		f("", "")
	})
	t.Run("more than anybody speaks", func(t *testing.T) {
		tags := func(n int, language string) string {
			var list []string
			for i := range n {
				list = append(list, language+"-A"+string(rune('A'+i/26))+string(rune('a'+i%26)))
			}
			return "Accept-Language: " + strings.Join(list, ",")
		}
		f(tags(32, "EN"), "Accept-Language: "+strings.ToLower(strings.TrimPrefix(tags(32, "en"), "Accept-Language: ")))
		stays(tags(33, "EN"))
	})
}

func TestPreferredLanguage(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		if got := policy.PreferredLanguage(header(value)); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	f("Accept-Language: fr;q=0.5, de;q=1.0", "de")
	f("Accept-Language: en-us,en;q=0.9", "en-US")
	f("Accept-Language: de", "de")
	f("Accept-Language: de;q=0.3", "de")
	f("Accept-Language: de | Accept-Language: fr;q=0.9", "de")
	// Two that are wanted alike, anything, nothing.
	f("Accept-Language: de, en", "")
	f("Accept-Language: *", "")
	f("Accept-Language: *, de", "")
	f("Accept-Language: de;q=0", "")
	f("Accept-Language: *, de;q=0.9", "")
	f("Accept-Language: de;q=0.9, *;q=0.1", "de")
	f("Accept-Language: ", "")
	f("Accept-Language: de;q=2", "")
	f("", "")
}

// RFC 9110 section 8.5.
func TestLanguageOf(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		if got := policy.LanguageOf(header(value)); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	f("Content-Language: de", "de")
	f("Content-Language: DE-at", "de-AT")
	f("Content-Language: zh-hant", "zh-Hant")
	// For those who read several, or nobody knows what.
	f("Content-Language: de, en", "")
	f("Content-Language: de | Content-Language: en", "")
	f("Content-Language: de,", "")
	f("Content-Language: *", "")
	f("Content-Language: de_AT", "")
	f("Content-Language: ", "")
	f("", "")
}

func TestLanguagesAllocateNothing(t *testing.T) {
	f := func(h message.Header) {
		t.Helper()
		if n := testing.AllocsPerRun(100, func() {
			policy.NormaliseAcceptLanguage(&h)
			policy.PreferredLanguage(h)
			policy.LanguageOf(h)
		}); n != 0 {
			t.Errorf("%s: %v allocations", text(h), n)
		}
	}
	f(header("Accept: */*"))
	f(header("Accept-Language: en-US,en;q=0.9 | Content-Language: en-US"))
	f(header("Accept-Language: ?;;"))
}

// FuzzAcceptLanguage: the normal form is its own, it means the same, and the order of what came does not matter.
func FuzzAcceptLanguage(f *testing.F) {
	f.Add("en-US,en;q=0.9", "de")
	f.Add("EN;q=0.50, de , *;q=0", "en;q=0.7")
	f.Add("x-PIG-latin;q=1.000", ",,")
	f.Add("en;q=0.1234", "en")
	f.Fuzz(func(t *testing.T, a, b string) {
		normal := func(lines ...string) string {
			var h message.Header
			for _, line := range lines {
				h.Add("Accept-Language", line)
			}
			preferred := policy.PreferredLanguage(h)
			policy.NormaliseAcceptLanguage(&h)
			if again := policy.PreferredLanguage(h); again != preferred {
				t.Fatalf("%q prefer %q, normal %q", lines, preferred, again)
			}
			return h.Joined("Accept-Language")
		}
		once := normal(a)
		if again := normal(once); again != once {
			t.Fatalf("%q becomes %q, and that %q", a, once, again)
		}
		// Where both together are well-formed, they are so in either order.
		if ab, ba := normal(a, b), normal(b, a); ab != ba && (ab != a+", "+b || ba != b+", "+a) {
			t.Fatalf("%q and %q become %q or %q", a, b, ab, ba)
		}
	})
}
