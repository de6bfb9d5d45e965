package purge_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/purge"
	"lacquer/storage"
)

// To purge everything forgets what paths have said of their queries, to purge anything else does not.
func TestPurgeForgetsSearches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		purges := purge.NewLog()
		s, err := storage.New(storage.Options{Memory: mebibyte, Purges: purges})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		p := purge.NewPurger(purges, s, time.Now)
		order := policy.SearchOf(message.Header{{Name: "No-Vary-Search", Value: "key-order"}})
		s.LearnSearch("h/a", order, time.Now())
		p.URL("h/a", false)
		p.Tag("red", false)
		synctest.Wait()
		if said, _ := s.Search("h/a"); said != order {
			t.Error("a purge of something else has forgotten it")
		}
		p.All(false)
		synctest.Wait()
		if said, _ := s.Search("h/a"); said != (policy.Search{}) {
			t.Error("it is still remembered")
		}
		s.LearnSearch("h/a", order, time.Now())
		p.URL("h/a", false)
		s.SweepSoon()
		synctest.Wait()
		if said, _ := s.Search("h/a"); said != order {
			t.Error("the purge from before has forgotten it")
		}
	})
}
