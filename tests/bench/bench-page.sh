#!/bin/sh
# The HTML report in headless chromium, by its own performance timeline: opening, filtering, sorting and scrolling, for
# growing fleets. Contents of the pages: tests/browser/write_page.c.
set -eu
if ! command -v chromium > /dev/null; then
    echo "skipped: chromium is not installed"
    exit 0
fi
python3 tests/bench/page_time.py 200 2000 20000 50000
