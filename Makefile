# `make help` lists the targets. PORT= chooses the demo's port, PYTHON= the interpreter (3.11 or newer).
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin/python
APPS := base members notifications workgroups programs records announcements privacy learningcity
DEMO_ENV := DEBUG=1 DEMO=1 LOG_LEVEL=WARNING SITE_URL=http://127.0.0.1:$(PORT) ALLOWED_HOSTS= DATABASE_URL= REDIS_URL= EMAIL_URL= SMS_URL= TRUSTED_PROXY=
# Compiled modules are kept even where the machine says otherwise: drills start dozens of processes.
TEST_ENV := PYTHONDONTWRITEBYTECODE= DEBUG=1 SITE_URL=http://127.0.0.1:8000 ALLOWED_HOSTS= EMAIL_URL= SMS_URL= TRUSTED_PROXY=
DEPLOY_ENV := DEBUG= SITE_URL=https://learn.example.org ALLOWED_HOSTS=learn.example.org TRUSTED_PROXY=10.0.0.1 \
	SMS_URL=https://sms.example.org/messages EMAIL_URL=submission://user:pass@mail.example.org REDIS_URL=redis://127.0.0.1:6379/0 \
	DATABASE_URL=postgres://city@db.example.org/city BADGE_SIGNING_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

# Creates .venv if need be and installs a lock into it, unless it is there already.
# Works without the python3-venv package: then the system's pip installs from outside.
define install
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: PYTHON=python3.12 make ..." if sys.version_info < (3, 11) else 0)'
	@test -x $(RUN) || $(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv; }
	@sum=$$($(PYTHON) -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' $(1)); \
	if [ "$$(cat .venv/$(1).installed 2>/dev/null)" != "$$sum" ]; then \
		if $(RUN) -m pip --version >/dev/null 2>&1; then pip="$(RUN) -m pip"; else pip="$(PYTHON) -m pip --python $(RUN)"; fi; \
		echo "Installing $(1) ..."; \
		$$pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && echo "$$sum" > .venv/$(1).installed; \
	fi
endef

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: ## the portal with a demo city on http://127.0.0.1:$(PORT)/
	$(call install,requirements.txt)
	@$(DEMO_ENV) $(RUN) manage.py compile_messages
	@$(DEMO_ENV) $(RUN) manage.py migrate --verbosity 0
	@$(DEMO_ENV) $(RUN) manage.py demo_city
	@echo "Open http://127.0.0.1:$(PORT)/ (messages that would be sent: http://127.0.0.1:$(PORT)/dev/outbox/). Ctrl-C stops."
	@$(DEMO_ENV) exec $(RUN) manage.py runserver --noreload --skip-checks 127.0.0.1:$(PORT)

.PHONY: test
test: ## the whole test suite; DATABASE_URL and REDIS_URL choose its services
	$(call install,requirements-dev.txt)
	@$(TEST_ENV) $(RUN) manage.py compile_messages
	@$(TEST_ENV) $(RUN) -m pytest -n 2 --dist worksteal $(ARGS)

.PHONY: check
GATES := mypy secrets bandit templates translations migrations deploy pip contracts lint
check: ## format, lint, types, import contracts, templates, translations, migrations, security scans; two at once
	$(call install,requirements-dev.txt)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target $(addprefix gate-,$(GATES))
gate-lint:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
gate-mypy:
	$(TEST_ENV) .venv/bin/mypy .
gate-contracts:
	$(TEST_ENV) PYTHONPATH=. .venv/bin/lint-imports
gate-templates:
	.venv/bin/djlint --check --lint --quiet templates
gate-translations:
	if command -v xgettext >/dev/null; then $(TEST_ENV) $(RUN) manage.py check_messages; else echo "translations not checked: install gettext"; fi
gate-migrations:
	$(TEST_ENV) DATABASE_URL= $(RUN) manage.py makemigrations --check --dry-run
gate-bandit:
	.venv/bin/bandit --quiet --recursive --configfile pyproject.toml $(APPS)
gate-secrets:
	git ls-files --cached --others --exclude-standard -z | xargs -0 .venv/bin/detect-secrets-hook --baseline .secrets.baseline
gate-pip:
	if $(RUN) -m pip --version >/dev/null 2>&1; then $(RUN) -m pip check; else $(PYTHON) -m pip --python $(RUN) check; fi
gate-deploy:
	$(DEPLOY_ENV) SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))') $(RUN) manage.py check --deploy --fail-level WARNING

.PHONY: services
services: ## start PostgreSQL and Redis for development and print their URLs
	@.ci/services

.PHONY: bench
bench: ## the benchmarks, beside the limits measured in the same run
	$(call install,requirements-dev.txt)
	@$(RUN) -m benchmarks $(ARGS)

.PHONY: drills
DRILLS = $(basename $(notdir $(sort $(wildcard drills/d[0-9]*.py))))
SMALL_d1_deliveries = --size 5000 --kills 25
SMALL_d2_whole_city = --size 40000 --publisher-kills 5 --kills 2 --trouble 12
SMALL_d3_web_killed = --people 600 --kills 30
SMALL_d5_database = --redis 30 --outages 4
SMALL_d6_held_lock = --seconds 30
SMALL_d11_texts = --size 150 --seconds 40
SMALL_d12_overtaking = --size 50000
drills: ## the fault drills in small sizes, two at once; with FULL=1 at full size, one by one; needs PostgreSQL (DATABASE_URL)
	$(call install,requirements-dev.txt)
	@$(MAKE) --no-print-directory --jobs $(if $(FULL),1,2) --output-sync $(addprefix drill-,$(DRILLS))
drill-%:
	@$(TEST_ENV) $(RUN) -m drills.$* $(if $(FULL),,$(SMALL_$*))

.PHONY: fuzz
fuzz: ## the fuzzing at full size
	$(call install,requirements-dev.txt)
	@$(TEST_ENV) FUZZ_STEPS=50000 FUZZ_EXAMPLES=100000 FUZZ_REQUESTS=20000 TRUST_FULL=1 $(RUN) -m pytest -n 2 --dist worksteal tests/base tests/trust/test_engine_model.py tests/trust/test_strange_requests.py tests/trust/test_signin.py tests/trust/test_import_fuzz.py $(ARGS)

.PHONY: vendor
vendor: ## fetch the vendored scripts and fonts again as published (needs npm)
	@DEBUG=1 $(RUN) manage.py vendor

.PHONY: backup
backup: ## write the database to FILE= (default var/backup-<time>.dump); BACKUP_KEY_FILE= encrypts it
	@FILE="$(FILE)" .ci/backup

.PHONY: restore
restore: ## load FILE= into an empty database and hold its unsent messages until `manage.py deliver --release`
	@FILE="$(FILE)" .ci/restore

.PHONY: lock
lock: ## pin every dependency anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
