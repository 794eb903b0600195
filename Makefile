# `make help` lists what there is. Go is all that `make run` needs; `make test` installs the rest itself (see .ci/packages).

GOLANGCI_LINT := v2.15.0
GOVULNCHECK   := v1.9.0

# Tools are built once per version and per Go: one built by an older Go cannot read what a newer one compiles.
TOOLS       = .bin/$(shell go env GOVERSION)
GOLANGCI    = $(TOOLS)/golangci-lint-$(GOLANGCI_LINT)
VULN        = $(TOOLS)/govulncheck-$(GOVULNCHECK)

# No version stamp: it asks git, which refuses a clone that belongs to another user.
export GOFLAGS := -buildvcs=false $(GOFLAGS)

FUZZTIME ?= 10s

.PHONY: help run build test lint vet page bench fuzz vuln bundle licenses
.NOTPARALLEL: # the steps' output is read in order, and Go uses all cores by itself
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: ## jirei on localhost: a Slack in the browser, the bot, IPA's casebook
	go run ./cmd/jirei play

build: ## the program, ./jirei
	go build -trimpath -o jirei ./cmd/jirei

test: ## everything CI checks: packages, vet, lint, builds, licences, tests with -race, the page
	@.ci/step packages .ci/packages
	@.ci/step vet      go vet ./...
	@.ci/step build    go build ./...
	@.ci/step nobook   go test -tags nobook ./cases
	@.ci/step nobook   go build -tags nobook ./...
	@.ci/step licences .ci/licenses --check
	@.ci/step page     .ci/page
	@.ci/step tests    env JIREI_TEST_BROWSER=required go test -race -timeout 10m ./...
	@.ci/step lint     $(MAKE) --no-print-directory lint

lint: $(GOLANGCI) ## golangci-lint, and go.mod is tidy
	$(GOLANGCI) run ./...
	go mod tidy -diff

bench: ## benchmarks, none of them asserted
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## each fuzz target for FUZZTIME (10s)
	.ci/fuzz $(FUZZTIME)

vuln: $(VULN) ## known vulnerabilities in what we call; says so where the database is not reachable
	@.ci/vuln $(VULN)

bundle: ## rebuild the playground's page (needs npm)
	bot/playground/page/build.sh

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
