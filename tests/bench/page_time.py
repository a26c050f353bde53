"""Prints how long the HTML report takes to open and to use in headless chromium, for fleets of the given sizes."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../browser"))
from chromium import Chromium  # noqa: E402

WRITE_PAGE = os.path.join(os.environ.get("BUILD", "build"), "tests/browser/write_page")
ROUNDS = 5

OPENING = """(() => { const n = performance.getEntriesByType('navigation')[0];
    const painted = performance.getEntriesByName('first-contentful-paint')[0];
    return [painted ? painted.startTime : 0, performance.getEntriesByName('report-ready')[0].startTime, n.loadEventEnd]; })()"""
# From the event to the next frame after it.
UNTIL_DRAWN = """(async () => { const from = performance.now(); %s;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))); return performance.now() - from; })()"""
TYPE = "const q = document.getElementById('q'); q.value = '%s'; q.dispatchEvent(new InputEvent('input'))"
# The work of the script and the layout for 120 steps of 15 rows.
SCROLL = """(async () => { const grid = document.getElementById('grid'), spent = [];
    for (let step = 0; step < 120; step++) {
        grid.scrollTop += 540;
        await new Promise((done) => requestAnimationFrame(() => { const from = performance.now();
            setTimeout(() => { document.body.offsetHeight; spent.push(performance.now() - from); done(); }, 0); }));
    } return spent.sort((a, b) => a - b)[114]; })()"""


# From frame to frame while a page scrolls by a row each; the same of an empty page is what the machine gives.
FRAMES = """(async () => { const root = %s, spent = []; let last = 0;
    for (let step = 0; step < 180; step++) {
        const now = await new Promise(requestAnimationFrame); spent.push(now - last); last = now; root.scrollTop += 36;
    } return spent.slice(10).sort((a, b) => a - b)[161]; })()"""
EMPTY = "data:text/html,<!DOCTYPE html><title>empty</title><div style='height: 700000px'>"


def main():
    print("resources    bytes  written  painted    ready   loaded     type    again     sort  scroll p95  frame p95  empty   (ms, medians)")
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        for size in sys.argv[1:]:
            path = os.path.join(folder, size + ".html")
            began = time.monotonic()
            with open(path, "wb") as out:
                subprocess.run([WRITE_PAGE, size], stdout=out, check=True)
            rounds = [[(time.monotonic() - began) * 1000] for _ in range(ROUNDS)]
            for row in rounds:
                page = browser.open("file://" + path)
                row += page.run(OPENING)
                row.append(page.run(UNTIL_DRAWN % (TYPE % "web-1")))
                row.append(page.run(UNTIL_DRAWN % (TYPE % "web-12 us-south")))
                row.append(page.run(UNTIL_DRAWN % (TYPE % "" + "; document.querySelectorAll('.grid-head button')[1].click()")))
                row.append(page.run(SCROLL))
                row.append(page.run(FRAMES % "document.getElementById('grid')"))
                page.go(EMPTY)
                row.append(page.run(FRAMES % "document.scrollingElement"))
                page.close()
            print(f"{size:>9} {os.path.getsize(path):>8}" + "".join(f"{statistics.median(column):>9.1f}" for column in zip(*rounds)))


if __name__ == "__main__":
    main()
