# The three commands of everyday life are run, test and check; README.md says what each needs.
# HOST, PORT, OURO_DATA_DIR and the other settings are taken from the environment.

python := .venv/bin/python

.PHONY: run test check format bench requirements

run:
	@scripts/bootstrap demo
	@exec $(python) manage.py up

# What fails is tried once more, alone: the tests start servers, workers and browsers, and what only
# fails beside others stands in the output above and wants looking at, but is no broken build.
test: check
	scripts/chromium
	$(python) -m pytest -n 2 || $(python) -m pytest --last-failed --last-failed-no-failures none

check:
	scripts/bootstrap test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# Everything that can be put right by itself.
format:
	scripts/bootstrap test
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .
	.venv/bin/djade --target-version 6.1 $$(git ls-files 'templates/*.html') || true
	.venv/bin/djhtml -t 2 templates || true

bench:
	@scripts/bootstrap test
	@scripts/chromium
	@$(python) -m bench

# New pins, by the ranges in pyproject.toml: everything together first, then the smaller sets out of it.
compile := .tools/pins/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.12 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url

requirements:
	scripts/bootstrap
	test -x .tools/pins/bin/uv || $(python) -m venv .tools/pins
	.tools/pins/bin/python -m pip install -qq --upgrade uv
	$(compile) --upgrade --all-extras -o requirements/test.txt
	$(compile) --constraint requirements/test.txt -o requirements/base.txt
	$(compile) --constraint requirements/test.txt --extra s3 -o requirements/s3.txt
	$(compile) --constraint requirements/test.txt --extra demo -o requirements/demo.txt
