package proxy

import (
	"bytes"
	"errors"
	"io"
)

// maxQuery is how many bytes the content of a QUERY may have to be part of a key. A longer one goes by the store.
const maxQuery = 64 << 10

// takeContent reads the content of a QUERY (RFC 10008), which is part of the key and may have to be sent more than once. It reports whether all of it
// is there now; if not, what was read stands in front of the rest again.
func (t *transaction) takeContent() (whole bool, err error) {
	r := t.request
	if r.Body == nil {
		return true, nil
	}
	if r.Length > maxQuery {
		return false, nil
	}
	content, err := io.ReadAll(io.LimitReader(r.Body, maxQuery+1))
	if err != nil {
		return false, err
	}
	if len(content) > maxQuery {
		r.Body = io.MultiReader(bytes.NewReader(content), r.Body)
		return false, nil
	}
	t.content, r.Body = content, bytes.NewReader(content)
	r.Length = int64(len(content))
	return true, nil
}

// clientFault reports whether an error is the client's, and with which status it is told.
func clientFault(err error) (status int, ok bool) {
	var client interface{ Status() int }
	if errors.As(err, &client) {
		return client.Status(), true
	}
	return 0, false
}
