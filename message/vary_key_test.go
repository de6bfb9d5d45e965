package message_test

import (
	"fmt"
	"testing"

	"lacquer/message"
)

func TestReadVaryKey(t *testing.T) {
	f := func(want string, vary string, request ...string) {
		t.Helper()
		var response, h message.Header
		response.Add("Vary", vary)
		for i := 0; i < len(request); i += 2 {
			h.Add(request[i], request[i+1])
		}
		fields, ok := message.ReadVaryKey(string(message.ParseVary(response).AppendKey(nil, h)))
		got := ""
		for _, field := range fields {
			got += fmt.Sprintf("%s=%q ", field.Name, field.Value)
		}
		if !ok || got != want {
			t.Errorf("Vary: %s: got %q, %v; want %q", vary, got, ok, want)
		}
	}
	f(`accept-encoding="gzip" `, "Accept-Encoding", "Accept-Encoding", "gzip")
	// What the request did not have is left out; what it had empty is not.
	f(`accept-language="" `, "Accept-Encoding, Accept-Language", "Accept-Language", "")
	f("", "Accept-Encoding")
	f("", "")

	for _, broken := range []string{"\x00", "\x00\x00\x00\x05ab", "\x00\x00\x00\x01a", "\x00\x00\x00\x01a\x00\x00\x00\x09b", "\xff\xff\xff\xff"} {
		if _, ok := message.ReadVaryKey(broken); ok {
			t.Errorf("%q was read", broken)
		}
	}
}

// What was not written by AppendKey is refused or read, whatever it is.
func FuzzReadVaryKey(f *testing.F) {
	f.Add("\x00\x00\x00\x01a\x00\x00\x00\x02b")
	f.Add("\x00\x00\x00\x01a\x00\x00\x00\x00")
	f.Add("\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, key string) {
		if fields, ok := message.ReadVaryKey(key); !ok && fields != nil {
			t.Errorf("%q: refused, and %v was read", key, fields)
		}
	})
}
