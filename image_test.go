package lacquer_test

import (
	"slices"
	"strings"
	"testing"
)

// TestImage holds what a linter does not know of the Dockerfile: that the image holds no more than it needs, runs as nobody in
// particular, can write its state and ends when it is told to.
func TestImage(t *testing.T) {
	stages := readDockerfile(read(t, "Dockerfile"))
	if len(stages) != 2 {
		t.Fatalf("%d stages, want one that builds and one that is shipped", len(stages))
	}
	build, image := stages[0], stages[1]

	f := func(stage []instruction, name, want string) {
		t.Helper()
		if got := values(stage, name); !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q among them", name, got, want)
		}
	}

	// No shell, no libc, no package manager: nothing to break in with, nothing to update.
	f(image, "FROM", "scratch")
	if runs := values(image, "RUN"); runs != nil {
		t.Errorf("RUN %q in a stage without a shell", runs)
	}
	// Static, or it does not start in there.
	if env := strings.Join(values(build, "ENV"), " "); !strings.Contains(env, "CGO_ENABLED=0") {
		t.Errorf("ENV %q: want CGO_ENABLED=0", env)
	}
	// A number: who insists on a user other than root cannot look up a name in an image without /etc/passwd.
	f(image, "USER", "65532:65532")
	// The state directory belongs to that user before it becomes a volume.
	f(image, "COPY", "--from=build --chown=65532:65532 /out/var /var")
	f(image, "VOLUME", `["/var/lib/lacquer"]`)
	f(image, "ENV", "LACQUER_LISTEN=:8080 LACQUER_STATE=/var/lib/lacquer")
	// A port that needs no privilege.
	f(image, "EXPOSE", "8080")
	// Without a shell in between, signals reach the process itself; this one drains.
	f(image, "STOPSIGNAL", "SIGTERM")
	f(image, "ENTRYPOINT", `["/lacquer"]`)
	f(image, "CMD", `["serve"]`)
	if labels := strings.Join(values(image, "LABEL"), " "); !strings.Contains(labels, "org.opencontainers.image.licenses=") {
		t.Errorf("LABEL %q: want those of the Open Container Initiative", labels)
	}
}

func TestReadDockerfile(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		var got []string
		for _, stage := range readDockerfile(text) {
			for _, i := range stage {
				got = append(got, i.name+" "+i.value)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}

	f("FROM scratch\nCMD x", "FROM scratch", "CMD x")
	// Comments and empty lines, also inside an instruction that goes on.
	f("# a\n\nFROM b\nRUN c \\\n  # d\n  && e", "FROM b", "RUN c && e")
	// Instructions are written in any case.
	f("from scratch\nUser 1", "FROM scratch", "USER 1")
}

// instruction is one instruction of a Dockerfile, its continuations joined by single spaces.
type instruction struct{ name, value string }

// readDockerfile returns the instructions of each stage. Build arguments before the first stage are left out.
func readDockerfile(text string) (stages [][]instruction) {
	var words []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		more := strings.HasSuffix(line, `\`)
		words = append(words, strings.Fields(strings.TrimSuffix(line, `\`))...)
		if more {
			continue
		}
		name := strings.ToUpper(words[0])
		if name == "FROM" {
			stages = append(stages, nil)
		}
		if last := len(stages) - 1; last >= 0 {
			stages[last] = append(stages[last], instruction{name, strings.Join(words[1:], " ")})
		}
		words = nil
	}
	return stages
}

// values returns what stands behind each instruction called name.
func values(stage []instruction, name string) (found []string) {
	for _, i := range stage {
		if i.name == name {
			found = append(found, i.value)
		}
	}
	return found
}
