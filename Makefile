# make test is what CI runs: every gate. make check is its quick half, for between two edits.

GO      ?= go
ENGINE  ?= docker
FUZZTIME ?= 1m

# Older versions carry advisories that let a client crash a proxy. The module says "go 1.26": it must build with that, too.
export GOTOOLCHAIN := go1.27.4
OLDEST := go1.26.8

# The binary is static. Only the race detector needs C.
export CGO_ENABLED := 0

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DOCKERFILE_LINT := dockerfile-utils@0.16.3

.PHONY: build test check format vet staticcheck oldest unit race dockerfile conformance site browser acme slow fuzz bench bench-idle image

build:
	$(GO) build -trimpath -o bin/lacquer ./cmd/lacquer

# In order of what fails soonest. Each gate can be run alone.
test: format vet staticcheck dockerfile oldest race conformance site browser acme slow

check: format vet staticcheck unit

format:
	@files=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) && \
	if [ -n "$$files" ]; then printf 'not formatted, run gofmt -w on:\n%s\n' "$$files"; exit 1; fi

vet:
	$(GO) vet ./...

staticcheck:
	$(GO) run $(STATICCHECK) ./...

# The order of the rooms (layers_test.go) and the minima of versions (versions_test.go) are unit tests of the root.
unit:
	$(GO) test ./...

race:
	@.ci/need curl gcc
	CGO_ENABLED=1 $(GO) test -race ./...
	$(GO) test ./storage ./edge ./proxy # what the race detector cannot run: it makes pools forget at random

oldest:
	GOTOOLCHAIN=$(OLDEST) $(GO) build ./...

dockerfile:
	@.ci/need npm
	npx --yes $(DOCKERFILE_LINT) lint Dockerfile

# The public tests of HTTP caches, against a baseline that may only rise.
conformance:
	e2e/conformance/run

# A site that nobody here wrote, behind the real binary.
site:
	@.ci/need php
	e2e/mediawiki/run

# The demo in a real browser. Pictures of what it saw lie in .cache/demo afterwards.
browser:
	e2e/demo/run

# A real certificate authority, away at times.
acme:
	e2e/acme/run

# Hundreds of clients that take their time, and visitors who must not wait for them.
slow:
	e2e/slow/run

# Every fuzz target for FUZZTIME each. What a target finds lies in the testdata of its package and belongs into the repository.
fuzz:
	@for package in $$($(GO) list ./...); do \
		targets=$$($(GO) test -list '^Fuzz' $$package) || { echo "$$targets"; exit 1; }; \
		for target in $$(echo "$$targets" | grep '^Fuzz'); do \
			echo "$$package $$target for $(FUZZTIME)"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done \
	done

# Against nginx, Varnish and HAProxy, on one core each; docs/benchmarks.md says how to read it. BENCH=quick is rough and takes minutes.
bench:
	@.ci/need gcc peers
	$(GO) run ./bench/run -mode $(or $(BENCH),full)

# What 10,000 idle connections cost in memory, and in time for everybody else.
bench-idle:
	$(GO) run ./bench/idle

image:
	@$(ENGINE) info >/dev/null 2>&1 || { echo "make image: no container engine answers; start Docker, or name another with ENGINE=podman"; exit 1; }
	$(ENGINE) build --tag lacquer .
