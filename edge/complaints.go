package edge

import (
	"bytes"
	"context"
	"log/slog"
)

// complaints takes what net/http logs. Whoever scans the internet fails at handshakes all day, so these are told only to who
// debugs.
type complaints struct{ log *slog.Logger }

// Write logs one line. It is safe for concurrent use.
func (c complaints) Write(line []byte) (int, error) {
	level := slog.LevelWarn
	if bytes.HasPrefix(line, []byte("http: TLS handshake error")) {
		level = slog.LevelDebug
	}
	c.log.Log(context.Background(), level, string(bytes.TrimRight(line, "\n")))
	return len(line), nil
}
