package certificates

import (
	"log/slog"

	"go.uber.org/zap"
)

// Library returns the log of the ACME library that writes to ours.
func Library(log *slog.Logger) *zap.Logger { return zap.New(bridge{log: log}) }
