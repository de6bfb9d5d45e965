package mediawiki_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// visitor is a browser: it keeps its cookies and its connections to itself.
type visitor struct {
	name   string
	site   string // http://host:port of Lacquer
	client *http.Client
	ledger *ledger
}

// page is what a visitor got.
type page struct {
	uri    string
	status int
	header http.Header
	text   string
}

func newVisitor(t *testing.T, name, site string, ledger *ledger) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &visitor{
		name:   name,
		site:   site,
		client: &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second},
		ledger: ledger,
	}
}

// read asks for a page that must be there.
func (v *visitor) read(t *testing.T, uri string) page {
	t.Helper()
	p, err := v.get(uri)
	if err != nil {
		t.Fatalf("%s reads %s: %v", v.name, uri, err)
	}
	if p.status != http.StatusOK {
		t.Fatalf("%s reads %s: status %d\n%.500s", v.name, uri, p.status, p.text)
	}
	return p
}

// get is read for goroutines, which cannot end the test.
func (v *visitor) get(uri string) (page, error) {
	v.ledger.asked()
	response, err := v.client.Get(v.site + uri)
	if err != nil {
		return page{}, err
	}
	return v.take(uri, response)
}

// take reads an answer to its end and enters its cookies in the ledger.
func (v *visitor) take(uri string, response *http.Response) (page, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return page{}, err
	}
	v.ledger.gave(v.name, response.Cookies())
	return page{uri, response.StatusCode, response.Header, string(body)}, nil
}

// hit reports whether the page came from the store (RFC 9211 section 2.1).
func (p page) hit() bool {
	_, parameters, _ := strings.Cut(p.header.Get("Cache-Status"), ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		if strings.TrimSpace(parameter) == "hit" {
			return true
		}
	}
	return false
}

var userName = regexp.MustCompile(`"wgUserName":(null|"[^"]*")`)

// madeFor returns the name of the user whom the wiki made the page for, "" for anybody.
func (p page) madeFor() string {
	m := userName.FindStringSubmatch(p.text)
	if m == nil {
		return "nobody: it is not a page of the wiki"
	}
	if m[1] == "null" {
		return ""
	}
	return strings.Trim(m[1], `"`)
}

// ledger remembers which cookie was given to whom, and how much was read.
type ledger struct {
	mu       sync.Mutex
	owners   map[string]string // by name=value
	shared   []string
	requests int
}

func (l *ledger) asked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
}

// gave enters the cookies of one answer. An empty value, or the word that MediaWiki takes for it, withdraws a cookie.
func (l *ledger) gave(visitor string, cookies []*http.Cookie) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, cookie := range cookies {
		if cookie.Value == "" || cookie.Value == "deleted" {
			continue
		}
		pair := cookie.Name + "=" + cookie.Value
		if owner, known := l.owners[pair]; known && owner != visitor {
			l.shared = append(l.shared, pair+" of "+owner+" given to "+visitor)
		}
		l.owners[pair] = visitor
	}
}
