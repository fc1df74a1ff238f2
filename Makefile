# popcorn-lab: `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build tutorial test test-release test-long bench bench-compiler lint format install completion clean

PREFIX ?= /usr/local
SWIFT_BUILD := swift build -c release --static-swift-stdlib
LAB = $(shell $(SWIFT_BUILD) --show-bin-path)/popcorn-lab
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
PACKAGES := $(shell sed 's/\#.*//' Configs/host-packages)
TEST_PACKAGES := $(shell sed 's/\#.*//' Configs/test-packages)

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

# Installs those of the named packages that are missing.
define install
	@missing=$$(dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(1) 2>/dev/null | \
		awk '$$1 == "ii" { print $$2 }' | sort | comm -13 - <(tr ' ' '\n' <<< '$(1)' | sort)); \
	if [ -n "$$missing" ]; then \
		echo "installing:" $$missing; \
		$(SUDO) apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

setup: ## Install what is missing of Configs/host-packages, and libvirt's account (Debian 12).
	$(call install,$(PACKAGES))
	@# Root's libvirt demands this account, which only libvirt-daemon-system would create; its daemon is not needed.
	@if ! getent passwd libvirt-qemu >/dev/null; then \
		echo "creating the account libvirt-qemu"; \
		getent group kvm >/dev/null || $(SUDO) groupadd -r kvm; \
		getent group libvirt-qemu >/dev/null || $(SUDO) groupadd -r libvirt-qemu; \
		$(SUDO) useradd -r -M -d /var/lib/libvirt -s /usr/sbin/nologin -g kvm -G libvirt-qemu libvirt-qemu; \
	fi

setup-tests: setup ## Install what is missing of Configs/test-packages, too: servers, a cluster, linters.
	$(call install,$(TEST_PACKAGES))

build: setup ## Build popcorn-lab and popcorn-cc in release mode.
	$(SWIFT_BUILD) --product popcorn-lab
	$(SWIFT_BUILD) --product popcorn-cc

tutorial: build ## Popcorn's SOSP'19 tutorial: two kernels, programs that move between them, from up to down.
	$(LAB) tutorial

test: setup-tests ## Run every test; those of EndToEndTests boot real guests.
	swift build --build-tests
	Tests/run.sh
	$(MAKE) test-release

# The tests run a debug build, which the compiler's optimisations have not touched.
test-release: build ## Run the smoke suite by the program that users have.
	$(LAB) test smoke --no-record

test-long: setup-tests ## Run the tests that take too long for every change: 100,000 hops, the memory model, 200 parallel starts.
	swift build --build-tests
	POPCORN_LAB_TEST_LONG=1 Tests/run.sh --filter 'EndToEndTests.EndToEnd/Long|ParallelStartTests|SlurmTests'

bench: build setup-tests ## Measure against bare QEMU, OpenSSH and raw TCP; prints a table, writes bench.json.
	$(SWIFT_BUILD) --product popcorn-lab-bench
	$(LAB)-bench --output bench.json

bench-compiler: setup-tests ## Compare the code of popcorn-cc with that of clang -O2 and the same libc.
	$(SWIFT_BUILD) --product popcorn-cc
	Tests/MultiISATests/Programs/bench/run.sh $$($(SWIFT_BUILD) --show-bin-path)/popcorn-cc

# Swift's sources, those of clang-format, and shell scripts.
SWIFT_SOURCES := Package.swift Sources Tests
C_SOURCES = $(shell find Sources Images -name '*.cpp' -o -name '*.[ch]')
SCRIPTS = .ci/run $(shell find Images Tests -name '*.sh')

lint: setup-tests ## Check the formatting of all sources, and the shell scripts.
	swift format lint --strict --recursive --parallel $(SWIFT_SOURCES)
	@clang-format-19 --dry-run --Werror $(C_SOURCES)
	shellcheck $(SCRIPTS)

format: setup-tests ## Format all sources.
	swift format --in-place --recursive --parallel $(SWIFT_SOURCES)
	@clang-format-19 -i $(C_SOURCES)

install: build ## Install popcorn-lab, its images' sources and its completions under PREFIX (/usr/local).
	install -D $(LAB) $(DESTDIR)$(PREFIX)/bin/popcorn-lab
	install -D $(dir $(LAB))popcorn-cc $(DESTDIR)$(PREFIX)/bin/popcorn-cc
	mkdir -p $(DESTDIR)$(PREFIX)/share/popcorn-lab
	cp -R Images Configs $(DESTDIR)$(PREFIX)/share/popcorn-lab/
	$(LAB) completion bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/popcorn-lab
	$(LAB) completion zsh | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_popcorn-lab
	$(LAB) completion fish | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/popcorn-lab.fish

completion: build ## Print the bash completion; `source <(make -s completion)` tries it.
	@$(LAB) completion bash

clean: ## Remove what was built here; images and labs stay (`popcorn-lab prune`).
	rm -rf .build bench.json
