package mediawiki_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is the whole: visitors ask Lacquer, Lacquer asks the counter, the counter the wiki, and the wiki purges at Lacquer.
type site struct {
	lacquer *lacquer
	counter *counter
	wiki    *wiki
	ledger  *ledger
	editor  *visitor
}

// TestMediaWiki is a day in the life of a site. Its steps stand in order, each over what the ones before left behind.
func TestMediaWiki(t *testing.T) {
	if os.Getenv("MEDIAWIKI") == "" {
		t.Skip("MEDIAWIKI does not name a directory with MediaWiki: run e2e/mediawiki/run, which installs it")
	}
	began := time.Now()
	s := open(t)
	step := func(name string, f func(*testing.T, *site)) {
		if !t.Run(name, func(t *testing.T) { f(t, s) }) {
			t.FailNow()
		}
	}
	step("the first reading is a miss, the next ones are hits", readAgain)
	step("an editor logs in and writes", logInAndWrite)
	step("fifty readers of a cold page", herd)
	step("an edit is seen as soon as the wiki has purged", editAndPurge)
	step("an edit of a template changes the pages that use it", editTemplate)
	step("a session is never shared", keepSessions)
	step("a cookie is given to one visitor", keepCookies)
	step("a busy hour", busyHour)

	for _, fault := range s.ledger.shared {
		t.Error("cookie shared: ", fault)
	}
	asked, answered := s.ledger.requests, s.counter.reading()
	if answered*5 > asked {
		t.Errorf("readers asked %d times and the wiki was asked %d times: that is hardly a cache", asked, answered)
	}
	fmt.Printf("\nreaders asked %d times, MediaWiki was asked %d times: spared %d requests (%d %%), %d purges; took %v\n\n",
		asked, answered, asked-answered, (asked-answered)*100/asked, s.lacquer.purges(""), time.Since(began).Round(time.Second))
}

// open starts everything. Each part must know the address of the next before that can start, so the counter comes first: it
// listens at once, and learns last where the wiki is.
func open(t *testing.T) *site {
	counter := newCounter(t)
	lacquer := startLacquer(t, counter.url)
	wiki := install(t, lacquer.address)
	counter.forward(wiki.serve(t))
	return &site{
		lacquer: lacquer,
		counter: counter,
		wiki:    wiki,
		ledger:  &ledger{owners: map[string]string{}},
	}
}

func (s *site) visitor(t *testing.T, name string) *visitor {
	t.Helper()
	return newVisitor(t, name, "http://"+s.lacquer.address, s.ledger)
}

// write edits a page and returns when the wiki has purged it.
func (s *site) write(t *testing.T, title, text string) {
	t.Helper()
	before := s.lacquer.purges("/index.php/" + title)
	s.editor.edit(t, title, text)
	s.lacquer.awaitPurge(t, "/index.php/"+title, before+1)
}

func readAgain(t *testing.T, s *site) {
	const uri = "/index.php/Main_Page"
	if p := s.visitor(t, "first").read(t, uri); p.hit() {
		t.Errorf("nobody had read the page yet: Cache-Status: %s", p.header.Get("Cache-Status"))
	}
	for _, name := range []string{"second", "third", "fourth"} {
		p := s.visitor(t, name).read(t, uri)
		if !p.hit() {
			t.Errorf("%s: Cache-Status: %s", name, p.header.Get("Cache-Status"))
		}
		if age, err := strconv.Atoi(p.header.Get("Age")); err != nil || age < 0 {
			t.Errorf("%s: Age: %q (RFC 9111 section 5.1)", name, p.header.Get("Age"))
		}
		if p.header.Get("Via") == "" {
			t.Errorf("%s: no Via (RFC 9110 section 7.6.3)", name)
		}
	}
	if n := s.counter.count(uri); n != 1 {
		t.Errorf("the wiki was asked %d times, want once", n)
	}
}

func logInAndWrite(t *testing.T, s *site) {
	s.editor = s.visitor(t, "editor")
	s.editor.logIn(t, editor)
	s.write(t, "Garden", "Roses grow here.")
	if p := s.visitor(t, "reader").read(t, "/index.php/Garden"); !strings.Contains(p.text, "Roses grow here.") {
		t.Errorf("the page does not say what was written\n%.500s", p.text)
	}
}

// herd lets fifty readers ask at once for a page that nobody has read. The first to come makes the fetch; whoever asks while the
// head of its answer is awaited shares it.
func herd(t *testing.T, s *site) {
	const readers, uri = 50, "/index.php/Meadow"
	s.write(t, "Meadow", "Everybody comes to the meadow.")

	pages, errs := make([]page, readers), make([]error, readers)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range readers {
		v := s.visitor(t, fmt.Sprint("herd ", i))
		all.Go(func() {
			<-gate
			pages[i], errs[i] = v.get(uri)
		})
	}
	close(gate)
	all.Wait()

	made := map[string]bool{} // the wiki writes the id of the request into each page that it makes
	for i, p := range pages {
		made[p.text] = true
		if errs[i] != nil {
			t.Errorf("reader %d: %v", i, errs[i])
		} else if p.status != http.StatusOK || !strings.Contains(p.text, "comes to the meadow") || !strings.HasSuffix(p.text, "</html>") {
			t.Errorf("reader %d: status %d, %d bytes, not the whole page", i, p.status, len(p.text))
		}
	}
	n := s.counter.count(uri)
	if n > 3 || len(made) > n {
		t.Errorf("the wiki was asked %d times, and readers saw %d different pages", n, len(made))
	}
	t.Logf("%d readers at once, %d request(s) at the wiki", readers, n)
}

func editAndPurge(t *testing.T, s *site) {
	const uri = "/index.php/Garden"
	reader := s.visitor(t, "reader")
	reader.read(t, uri)
	if p := reader.read(t, uri); !p.hit() || !strings.Contains(p.text, "Roses grow here.") {
		t.Fatalf("not a hit on the first text: Cache-Status: %s", p.header.Get("Cache-Status"))
	}
	for i := range 5 {
		text := fmt.Sprintf("Tulips grow here, row %d.", i)
		s.write(t, "Garden", text)
		for _, v := range []*visitor{reader, s.visitor(t, fmt.Sprint("newcomer ", i))} {
			if p := v.read(t, uri); !strings.Contains(p.text, text) {
				t.Fatalf("%s still sees the old text after edit %d: Cache-Status: %s", v.name, i, p.header.Get("Cache-Status"))
			}
		}
	}
	if p := reader.read(t, uri); !p.hit() {
		t.Errorf("not a hit any more after the edits: Cache-Status: %s", p.header.Get("Cache-Status"))
	}
	s.lacquer.allPurgesAnswered(t)
}

// editTemplate changes what a page shows without an edit of the page: the wiki's job queue finds the pages and purges them.
func editTemplate(t *testing.T, s *site) {
	const uri = "/index.php/Gate"
	s.write(t, "Template:Hours", "Open till six.")
	s.write(t, "Gate", "The gate. {{Hours}}")
	reader := s.visitor(t, "reader")
	if p := reader.read(t, uri); !strings.Contains(p.text, "Open till six.") {
		t.Fatalf("the page does not show its template\n%.500s", p.text)
	}
	// Of pages that use a template, the wiki purges those that were not touched since the second in which the template was edited
	// (HTMLCacheUpdateJob::invalidateTitles). So whatever is still to be done comes first, and the edit in another second.
	s.wiki.maintain(t, "runJobs.php")
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	before := s.lacquer.purges(uri)
	s.write(t, "Template:Hours", "Open till eight.")
	// The wiki queues the job after it has answered the editor and purged the template.
	for limit := time.Now().Add(20 * time.Second); s.lacquer.purges(uri) == before; {
		if time.Now().After(limit) {
			t.Fatalf("the wiki did not purge %s in 20 s", uri)
		}
		s.wiki.maintain(t, "runJobs.php")
	}
	if p := reader.read(t, uri); !strings.Contains(p.text, "Open till eight.") {
		t.Errorf("the page still shows the old template: Cache-Status: %s", p.header.Get("Cache-Status"))
	}
}

// keepSessions mixes readers of every kind on pages that are cold, in every order, and asks each page for whom it was made.
func keepSessions(t *testing.T, s *site) {
	anybody, other := s.visitor(t, "anybody"), s.visitor(t, "gardener")
	other.logIn(t, gardener)
	f := func(title string, v *visitor, want string) {
		t.Helper()
		p := v.read(t, "/index.php/"+title)
		if got := p.madeFor(); got != want {
			t.Errorf("%s reads %s: made for %q, want %q: Cache-Status: %s", v.name, title, got, want, p.header.Get("Cache-Status"))
		}
		if want != "" && p.hit() {
			t.Errorf("%s reads %s: from the store: Cache-Status: %s", v.name, title, p.header.Get("Cache-Status"))
		}
	}

	// A user comes first, on a cold page.
	s.write(t, "Pond", "Frogs.")
	f("Pond", s.editor, editor.name)
	f("Pond", anybody, "")
	f("Pond", other, gardener.name)
	f("Pond", anybody, "")
	f("Pond", s.editor, editor.name)
	// Anybody comes first.
	s.write(t, "Shed", "Spades.")
	f("Shed", anybody, "")
	f("Shed", s.editor, editor.name)
	f("Shed", other, gardener.name)
	f("Shed", s.visitor(t, "somebody else"), "")
	// Two users, one after the other, and then anybody.
	s.write(t, "Wall", "Ivy.")
	f("Wall", other, gardener.name)
	f("Wall", s.editor, editor.name)
	f("Wall", anybody, "")
	// All at once, on a cold page.
	s.write(t, "Bench", "Shade.")
	visitors := map[*visitor]string{s.editor: editor.name, other: gardener.name}
	for i := range 10 {
		visitors[s.visitor(t, fmt.Sprint("passer-by ", i))] = ""
	}
	var all sync.WaitGroup
	for v, want := range visitors {
		all.Go(func() {
			p, err := v.get("/index.php/Bench")
			if err != nil {
				t.Errorf("%s: %v", v.name, err)
			} else if got := p.madeFor(); got != want {
				t.Errorf("%s got a page made for %q: Cache-Status: %s", v.name, got, p.header.Get("Cache-Status"))
			}
		})
	}
	all.Wait()
}

// keepCookies opens the form to log in, which begins a session for whoever asks, as several visitors; the ledger complains at the
// end if one of them, or of any other step, was given another's cookie.
func keepCookies(t *testing.T, s *site) {
	uri := "/index.php?" + url.Values{"title": {"Special:UserLogin"}}.Encode()
	home, err := url.Parse("http://" + s.lacquer.address)
	if err != nil {
		t.Fatal(err)
	}
	sessions := map[string]string{}
	for _, name := range []string{"one", "two", "three"} {
		v := s.visitor(t, name)
		if p := v.read(t, uri); p.hit() {
			t.Errorf("%s: the form came from the store: Cache-Status: %s", name, p.header.Get("Cache-Status"))
		}
		cookies := v.client.Jar.Cookies(home)
		if len(cookies) == 0 {
			t.Fatalf("%s was given no session", name)
		}
		for _, cookie := range cookies {
			if owner := sessions[cookie.String()]; owner != "" {
				t.Errorf("%s and %s share %s", owner, name, cookie)
			}
			sessions[cookie.String()] = name
		}
	}
}

var asset = regexp.MustCompile(`(?:href|src)="(/load\.php[^"]*|/resources/[^"]*)"`)

// busyHour lets readers walk through the pages as browsers do, with style sheets and scripts, while the editor writes.
func busyHour(t *testing.T, s *site) {
	titles := []string{"Main_Page", "Garden", "Meadow", "Gate", "Pond", "Shed", "Wall", "Bench"}
	const readers = 8
	var all sync.WaitGroup
	for i := range readers {
		v := s.visitor(t, fmt.Sprint("stroller ", i))
		all.Go(func() {
			for j := range 3 * len(titles) {
				p, err := v.get("/index.php/" + titles[(i+j)%len(titles)])
				if err != nil || p.status != http.StatusOK {
					t.Errorf("%s: %s: status %d, %v", v.name, p.uri, p.status, err)
					continue
				}
				for _, m := range asset.FindAllStringSubmatch(p.text, -1) {
					uri := strings.ReplaceAll(m[1], "&amp;", "&")
					if a, err := v.get(uri); err != nil || a.status != http.StatusOK {
						t.Errorf("%s: %s: status %d, %v", v.name, uri, a.status, err)
					}
				}
			}
		})
	}
	for i := range 3 {
		s.write(t, "Meadow", fmt.Sprintf("Everybody comes to the meadow, and dances %d times.", i))
	}
	all.Wait()
	if p := s.visitor(t, "last").read(t, "/index.php/Meadow"); !strings.Contains(p.text, "dances 2 times") {
		t.Errorf("the last edit is not seen: Cache-Status: %s", p.header.Get("Cache-Status"))
	}
}
