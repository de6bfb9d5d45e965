package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	beat     = 15 * time.Second // between two messages where nothing happens
	sendTime = 30 * time.Second // for the browser to take a message
)

// News is what the page is sent whenever something has changed.
type News struct {
	Transactions []Transaction `json:"transactions"` // since the message before, the oldest first
	Counters     Counters      `json:"counters"`
	OriginUp     bool          `json:"origin_up"`
	Herd         HerdReport    `json:"herd"`
}

// events streams News as server-sent events until the browser leaves. A browser that was cut off says by Last-Event-ID what it has.
func (c *control) events(w http.ResponseWriter, r *http.Request) {
	select {
	case c.streams <- struct{}{}:
		defer func() { <-c.streams }()
	default:
		http.Error(w, "too many control pages are open; close one", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	has, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // none is 0
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		news, change := c.news(has)
		if n := len(news.Transactions); n > 0 {
			has = news.Transactions[n-1].Number
		}
		if !send(w, has, &news) {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-change:
			if !pause(r, quiet) {
				return
			}
		case <-tick.C:
		}
	}
}

// news gathers what there is since a transaction, and what is closed when there is more.
func (c *control) news(since int64) (News, <-chan struct{}) {
	transactions, counters, change := c.demo.traffic.since(since)
	if transactions == nil {
		transactions = []Transaction{}
	}
	return News{transactions, counters, c.demo.origin.isUp(), c.demo.herd.state()}, change
}

// send sends one message, and reports whether the browser is still there.
func send(w http.ResponseWriter, id int64, news *News) bool {
	text, err := json.Marshal(news)
	if err != nil {
		panic("BUG: news: " + err.Error())
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(sendTime)) // a writer without deadlines is one of a test
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", id, text)
	return err == nil && control.Flush() == nil
}

// pause waits, and reports whether the browser is still there.
func pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
