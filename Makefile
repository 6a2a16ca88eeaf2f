# Two commands matter: make demo and make test. The rest is one line each: make help.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fix audit bench soak shots messages lock clean setup-demo setup-bench
PY := .venv/bin/python
UV := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
CODE := manage.py oil_portal partners modules challenges projects reports tests

# Any Python from 3.11 with venv; 3.12 and 3.11 first, for which Redis comes as a wheel.
install = @for python in $(PY) $(PYTHON) python3.12 python3.11 python3.13 python3; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python oil_portal/stack/install.py $(1); \
	  fi; \
	done; echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)." >&2; exit 1

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: ## Make .venv with everything for running, testing and checking
	$(call install,test)

setup-demo:
	$(call install,demo)

demo: setup-demo ## Run the whole portal here (PORT=8000)
	@exec $(PY) -m oil_portal.stack.demo --with-parent

test: setup ## Run every test on a real PostgreSQL, browser journeys included
	@$(PY) -m oil_portal.stack.chromium
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

lint: setup ## Check code and templates
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m djlint --quiet --lint templates
	DEMO=1 $(PY) -m mypy oil_portal/stack

fix: setup ## Mend what the checks can mend
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m ruff format $(CODE)

audit: setup ## Ask whether a weakness is known of a package that the portal runs on
	@$(PY) -m pip install --quiet uv
	@$(PY) -m oil_portal.stack.audit

setup-bench:
	$(call install,bench)

bench: setup-bench ## Measure pages, start, memory, matching and search (twenty minutes; SIZE=xl for 1,000,000, SIZES="100x20 1000x200" for some rounds)
	@$(PY) -m tests.bench.pages $(if $(SIZE),1000 100000 $(SIZE))
	@$(PY) -m oil_portal.stack.bench
	@$(PY) -m tests.bench.matching $(if $(SIZES),--sizes $(SIZES))
	@$(PY) -m tests.bench.search
	@$(PY) -m tests.bench.network
	@$(PY) -m tests.bench.report
	@$(PY) -m tests.bench.digest
	@$(PY) -m tests.bench.capacity

soak: setup ## Kill workers and databases while 5,000 digests are sent, and count (ten minutes; SOAK="300 6 4" for less)
	@$(PY) -m tests.soak.digest $(SOAK)

shots: setup ## Take the README's pictures of a running demo
	@$(PY) -m oil_portal.stack.shots

messages: setup ## Update the translation catalogue from the source texts
	@$(PY) manage.py messages

lock: setup ## Lock the dependencies again (UPGRADE=--upgrade for newer ones)
	@$(PY) -m pip install --quiet uv
	cd requirements && ../.venv/bin/$(UV) $(UPGRADE) test.in -o test.txt
	cd requirements && ../.venv/bin/$(UV) -c test.txt demo.in -o demo.txt
	cd requirements && ../.venv/bin/$(UV) -c test.txt base.in -o base.txt
	cd requirements && ../.venv/bin/$(UV) -c test.txt bench.in -o bench.txt

clean: ## Remove the demo's data and everything that was generated
	@test ! -x $(PY) || $(PY) -c 'from oil_portal.stack import embedded; embedded.forget()'
	rm -rf var .venv staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
