package certificates

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"go.uber.org/zap/zapcore"
)

// bridge takes what the ACME library logs by zap to our log. The library tells each of its steps as a fact; that is for who debugs,
// and what a user is to know of them the manager tells. It implements zapcore.Core.
type bridge struct {
	log    *slog.Logger
	fields []zapcore.Field
}

// repeats is said after each attempt that failed, with a time for the next that is the library's own and not ours.
const repeats = "will retry"

func levelOf(e zapcore.Entry) slog.Level {
	switch {
	case e.Message == repeats, e.Level < zapcore.WarnLevel:
		return slog.LevelDebug
	case e.Level == zapcore.WarnLevel:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// Enabled reports whether anything of a level may be logged.
func (b bridge) Enabled(level zapcore.Level) bool {
	return b.log.Enabled(context.Background(), levelOf(zapcore.Entry{Level: level}))
}

// With returns a core that adds fields to each entry.
func (b bridge) With(fields []zapcore.Field) zapcore.Core {
	return bridge{b.log, slices.Concat(b.fields, fields)}
}

// Check has the entry written, if its level is.
func (b bridge) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if b.log.Enabled(context.Background(), levelOf(e)) {
		return checked.AddCore(e, b)
	}
	return checked
}

// Write logs an entry.
func (b bridge) Write(e zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range slices.Concat(b.fields, fields) {
		f.AddTo(values)
	}
	attributes := []slog.Attr{slog.String("by", "acme")}
	for _, name := range slices.Sorted(maps.Keys(values.Fields)) {
		attributes = append(attributes, slog.Any(name, values.Fields[name]))
	}
	b.log.LogAttrs(context.Background(), levelOf(e), e.Message, attributes...)
	return nil
}

// Sync does nothing: nothing is held back.
func (bridge) Sync() error { return nil }
