package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"lacquer/admin"
	"lacquer/admin/client"
)

// statInterval is how often the live view asks.
const statInterval = time.Second

func statCommand() *cobra.Command {
	var f seatFlags
	var once, asJSON bool
	c := &cobra.Command{
		Use:   "stat",
		Short: "show the counters, live",
		Long:  "Show the counters, live. Where the output is no terminal, one line is printed as with --once.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			asked, err := f.open()
			if err != nil {
				return err
			}
			defer asked.Close()
			stats, err := asked.Stats(c.Context())
			switch {
			case err != nil:
				return failure{err}
			case asJSON:
				return printJSON(c.OutOrStdout(), stats)
			case once || !isTerminal(c.OutOrStdout()):
				_, err := fmt.Fprintln(c.OutOrStdout(), statLine(&stats))
				return asFailure(err)
			}
			return watchStats(c.Context(), asked, &stats)
		},
	}
	c.Flags().BoolVar(&once, "once", false, "print one line and end")
	c.Flags().BoolVar(&asJSON, "json", false, "print the counters as JSON and end")
	f.add(c)
	return c
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(file.Fd())
}

// watchStats shows the live view until somebody quits it.
func watchStats(ctx context.Context, asked *client.Client, first *admin.Stats) error {
	model := statModel{now: first, ask: func() (*admin.Stats, error) {
		stats, err := asked.Stats(ctx)
		return &stats, err
	}}
	_, err := tea.NewProgram(model, tea.WithAltScreen(), tea.WithContext(ctx)).Run()
	return asFailure(err)
}

// statLine says in one line how it goes.
func statLine(s *admin.Stats) string {
	return fmt.Sprintf("requests %d, from the store %s, misses %d, passes %d, errors %d, origin %s spared, objects %d, memory %s of %s, up %s",
		s.Requests, percentText(fromStore(s), answered(s)), s.Results["miss"], s.Results["pass"], s.Results["error"], secondsText(s.Origin.Saved),
		s.Store.Objects, bytesText(s.Store.Bytes), bytesText(s.Store.Limit), secondsText(s.Uptime))
}

// fromStore counts what the store answered.
func fromStore(s *admin.Stats) int64 { return s.Results["hit"] + s.Results["stale"] }

// answered counts what the store might have answered: purges are none of its business.
func answered(s *admin.Stats) int64 { return s.Requests - s.Results["purge"] }

// statModel is the live view.
type statModel struct {
	ask    func() (*admin.Stats, error)
	now    *admin.Stats
	before *admin.Stats // a moment ago; nil at first
	err    error        // of the last question; what was known is still shown
	width  int          // of the terminal; 0 as long as it is not known
}

// asked is the answer to a question.
type asked struct {
	stats *admin.Stats
	err   error
}

// Init asks for the first time.
func (m statModel) Init() tea.Cmd { return m.askLater() }

func (m statModel) askLater() tea.Cmd {
	return tea.Tick(statInterval, func(time.Time) tea.Msg {
		stats, err := m.ask()
		return asked{stats, err}
	})
}

// Update takes in what happened.
func (m statModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch msg.String() {
		case "q", "esc", "ctrl+c":
			return m, tea.Quit
		}
	case tea.WindowSizeMsg:
		m.width = msg.Width
	case asked:
		if m.err = msg.err; msg.err == nil {
			m.before, m.now = m.now, msg.stats
			if m.now.Uptime < m.before.Uptime {
				m.before = nil // it began anew
			}
		}
		return m, m.askLater()
	}
	return m, nil
}
