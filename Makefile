.DEFAULT_GOAL := help
.PHONY: help demo test check prove bench lock catalogue picture clean

help:
	@echo "make demo       try Scantrail with sample data, in this terminal"
	@echo "make test       run the tests"
	@echo "make check      run the linters, the type checker and the import rules"
	@echo "make prove      run the long proofs"
	@echo "make bench      measure first loads, scans on long lists, pushes, 500 handhelds, the camera, and how well photographs are read"
	@echo "make catalogue  write the list of translatable strings again"
	@echo "make picture    draw the README's picture of the screen again"
	@echo "make lock       write requirements.lock again from pyproject.toml"
	@echo "make clean      remove .venv and everything built"

.venv/.ready: requirements.lock pyproject.toml scripts/setup
	@scripts/setup

demo: .venv/.ready
	@.venv/bin/scantrail demo

test: .venv/.ready
	@.venv/bin/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0

check: .venv/.ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/python scripts/catalogue.py --check

prove: .venv/.ready
	@.venv/bin/scantrail simulate --seeds 1..1000 --steps 5000 --devices 5 --jobs 2
	@.venv/bin/scantrail simulate --stores sql --seeds 1..100 --steps 1000 --devices 5 --jobs 2
	@SCANTRAIL_KILLS=200 .venv/bin/python -m pytest tests/proving/test_kills.py tests/proving/test_outages.py
	@SCANTRAIL_REQUESTS=1000 .venv/bin/python -m pytest tests/server/test_described_requests.py tests/server/test_signed_records.py
	@SCANTRAIL_SHIFTS=40 .venv/bin/python -m pytest tests/proving/test_clocks.py
	@.venv/bin/python -m scantrail.proving.soak
	@SCANTRAIL_NUMBER_DAYS=500 .venv/bin/python -m pytest tests/proving/test_numbers.py

bench: .venv/.ready
	@.venv/bin/python -m scantrail.proving.bench

catalogue: .venv/.ready
	@.venv/bin/python scripts/catalogue.py

picture: .venv/.ready
	@.venv/bin/python scripts/picture.py

lock: .venv/.ready
	@.venv/bin/uv pip compile pyproject.toml --all-extras --group dev \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:
	rm -rf .venv .setup.lock .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
