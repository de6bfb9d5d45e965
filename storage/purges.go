package storage

import "time"

// Purges is the ordered log of purges as the store needs it. It is safe for concurrent use.
type Purges interface {
	// Number returns the number of the newest entry, 0 before the first. A hit costs one such call and a comparison.
	Number() uint64
	// Judge says what the entries after a number say of a subject.
	Judge(s Subject, after uint64) Judgement
	// Forget lets entries up to a number go: every object and every fetch under way is newer.
	Forget(upto uint64)
}

// Subject is what a purge may match.
type Subject struct {
	Primary string   // primary key
	Asked   string   // primary key of the URL that was asked for, where rules made another of it; else ""
	Tags    []string // none as long as a fetch has no head
}

// Judgement is what a part of the log says of a subject.
type Judgement struct {
	Hard uint64    // number of the first hard entry that matches, 0 if none does
	Soft time.Time // moment of the last soft entry that matches, zero if none does
	Upto uint64    // number of the last entry that was looked at
}
