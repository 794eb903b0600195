# `make help` lists what there is. Go is all that `make run` needs; `make test` installs the rest itself (see .ci/packages).

GOLANGCI_LINT := v2.15.0
GOVULNCHECK   := v1.9.0

# Tools are built once per version and per Go: one built by an older Go cannot read what a newer one compiles.
TOOLS       = .bin/$(shell go env GOVERSION)
GOLANGCI    = $(TOOLS)/golangci-lint-$(GOLANGCI_LINT)
VULN        = $(TOOLS)/govulncheck-$(GOVULNCHECK)

# No version stamp: it asks git, which refuses a clone that belongs to another user.
export GOFLAGS := -buildvcs=false $(GOFLAGS)

# Runs, not seconds: go test now and then reports the end of its own time as "context deadline exceeded", a failure.
FUZZTIME ?= 50000x

.PHONY: help run build test lint bench fuzz vuln bundle licenses learn
.NOTPARALLEL: # the steps' output is read in order, and Go uses all cores by itself
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: ## jirei on localhost: a Slack in the browser, the bot, IPA's casebook
	go run ./cmd/jirei play

build: ## the program, ./jirei
	go build -trimpath -o jirei ./cmd/jirei

# Every step runs even when an earlier one failed (-k): who waits for CI wants to know all that is wrong.
STEPS := packages vet build nobook licences page tests lint
.PHONY: $(STEPS:%=check-%)
test: ## everything CI checks: packages, vet, builds, licences, the page, tests with -race (PostgreSQL's too), lint
	@.ci/step "make test" $(MAKE) --no-print-directory -k $(STEPS:%=check-%)

check-packages: ; @.ci/step packages .ci/packages
check-vet:      ; @.ci/step vet      go vet ./...
check-build:    ; @.ci/step build    go build ./...
check-nobook:   ; @.ci/step nobook   sh -c 'go build -tags nobook ./... && go test -tags nobook ./cases'
check-licences: ; @.ci/step licences .ci/licenses --check
check-page:     ; @.ci/step page     .ci/page
check-tests:    ; @.ci/step tests    .ci/postgres env JIREI_TEST_BROWSER=required go test -race -timeout 15m ./...
check-lint:     ; @.ci/step lint     $(MAKE) --no-print-directory lint

lint: $(GOLANGCI) ## golangci-lint, and go.mod is tidy
	$(GOLANGCI) run ./...
	go mod tidy -diff

bench: ## benchmarks, none of them asserted
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## each fuzz target for FUZZTIME (50000x: runs)
	.ci/fuzz $(FUZZTIME)

vuln: $(VULN) ## known vulnerabilities in what we call; says so where the database is not reachable
	@.ci/vuln $(VULN)

bundle: ## rebuild the playground's page (needs npm)
	bot/playground/page/build.sh

learn: ## retrain the phrase model after a change of words, utterances, expansion lines or the book
	go run ./retrieval/learn

licenses: ## rewrite docs/third-party.txt from the modules that are linked
	.ci/licenses

$(GOLANGCI):
	@echo "installing golangci-lint $(GOLANGCI_LINT), once"
	@GOBIN=$(CURDIR)/$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	@mv $(TOOLS)/golangci-lint $@

$(VULN):
	@echo "installing govulncheck $(GOVULNCHECK), once"
	@GOBIN=$(CURDIR)/$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@mv $(TOOLS)/govulncheck $@
