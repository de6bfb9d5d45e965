package slow_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lacquer/e2e/child"
)

const (
	// crowd is how many connections slow heads and slow bodies come over.
	crowd = 500
	// readers is how many read slowly. Each leaves 2 to 4 MB of its answer in the kernel's buffers on loopback, and what the kernel lets all
	// sockets have together depends on the machine: a sixteenth of its memory before it becomes stingy with everybody.
	readers = 200
)

// limits of Lacquer for the test. There is none for bodies that a user can set; they have a minute for each piece.
const headTime = 4 * time.Second

var limits = []string{
	"LACQUER_LIMITS__HEADER_TIME=" + headTime.String(),
	"LACQUER_LIMITS__IDLE_TIME=4s",
	"LACQUER_LIMITS__SEND_TIME=2s",
}

// TestSlowClients attacks one Lacquer in three ways, one after the other: what the first leaves behind would be the trouble of the next.
func TestSlowClients(t *testing.T) {
	program := os.Getenv("SLOWHTTPTEST")
	if program == "" {
		t.Skip("no slowhttptest; e2e/slow/run installs it")
	}
	base := "http://" + child.Lacquer{Backend: newOrigin(t), Environ: limits}.Serve(t)
	fill(t, base, pagePath, page)
	fill(t, base, archivePath, archive)

	t.Run("heads", func(t *testing.T) {
		// A line of the head a second: each connection by itself looks alive.
		r := underAttack(t, base, attack{
			program: program, connections: crowd, rate: 250, length: 40 * time.Second, target: base + pagePath,
			mode: []string{"-H", "-i", "1", "-x", "10"},
		})
		if !r.allClosed {
			t.Errorf("not all were closed within %v of a limit of %v:\n%s", 40*time.Second, headTime, r.output)
		}
		if last := r.seconds[len(r.seconds)-1]; last.closed <= crowd/2 {
			t.Errorf("%d of %d were closed when it ended", last.closed, crowd)
		}
	})
	t.Run("bodies", func(t *testing.T) {
		// The origin waits for each of them, too, as what is passed on to it is not held back.
		underAttack(t, base, attack{
			program: program, connections: crowd, rate: 250, length: 8 * time.Second, target: base + "/form",
			mode: []string{"-B", "-i", "1", "-x", "10", "-s", "8192", "-t", "POST"},
		})
	})
	t.Run("readers", func(t *testing.T) {
		// Five bytes a second of an answer that no buffer between the two holds whole.
		underAttack(t, base, attack{
			program: program, connections: readers, rate: 200, length: 12 * time.Second, target: base + archivePath,
			mode: []string{"-X", "-k", "1", "-n", "1", "-z", "5", "-w", "1", "-y", "512"},
		})
	})
}

// underAttack has visitors ask for the page from before an attack until after it, and fails the test for each answer that is not the page. It returns
// what the attacker reports.
func underAttack(t *testing.T, base string, a attack) report {
	t.Helper()
	visitors := []*visitor{newVisitor(t, "stays", base, false), newVisitor(t, "comes anew each time", base, true)}
	for _, v := range visitors {
		v.begin()
	}
	r := a.run(t)
	var said []string
	for _, v := range visitors {
		v.end()
		for _, failure := range v.failures {
			t.Errorf("the visitor who %s: %s", v.name, failure)
		}
		if v.answers < fewest {
			t.Errorf("the visitor who %s got %d answers: too few to tell anything", v.name, v.answers)
		}
		said = append(said, fmt.Sprintf("the visitor who %s got %d answers, the slowest after %v", v.name, v.answers, v.slowest.Round(time.Millisecond)))
	}
	if most := r.most(); most < a.connections/2 {
		t.Errorf("at most %d of %d connections were open at once: that was no attack\n%s", most, a.connections, r.output)
	}
	t.Logf("%d connections at once, %d s; %s", r.most(), len(r.seconds), strings.Join(said, "; "))
	return r
}
