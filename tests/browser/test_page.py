#!/usr/bin/env python3
"""The HTML report in Debian's chromium: what it shows, how it is used, that nothing from outside becomes more than text.

Prints TAP. usage: BUILD=build tests/browser/test_page.py [NAME...]
"""
import os
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from chromium import PROGRAM, Chromium  # noqa: E402

WRITE_PAGE = os.path.join(os.environ.get("BUILD", "build"), "tests/browser/write_page")
HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "\u202egnp.exe\u202c",
           "a23456789-123456789-123456789-123456789-123456789-123456789-end", "<img src=x onerror=alert(1)>",
           "line\u2028separator", "quote\"'&amp;`${alert(1)}", "\x01\x02 control\r\x7f", "broken \ufffd\ufffd utf-8",
           "javascript:alert(1)", "]]>--></style></title>", "\u6771\u4eac \U0001f680"]
with open(os.path.join(HERE, "page_checks.js"), encoding="utf-8") as script:
    CHECKS = script.read()

browser, folder = None, None
tests = []


def test(function):
    tests.append(function)
    return function


def same(found, wanted, what=""):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r} and not {wanted!r}")


def true(found, what):
    if not found:
        raise AssertionError(what)


def written(*arguments):
    path = os.path.join(folder, "-".join(map(str, arguments)) + ".html")
    if not os.path.exists(path):
        with open(path, "wb") as out:
            subprocess.run([WRITE_PAGE, *map(str, arguments)], stdout=out, check=True)
    return path


class opened:
    """A page of the report; at the end it must have logged nothing, thrown nothing, asked nothing and requested only itself."""

    def __init__(self, *arguments, hash="", **emulated):
        self.url = "file://" + written(*arguments)
        self.hash, self.emulated = hash, emulated

    def __enter__(self):
        self.page = browser.open(self.url + self.hash, **self.emulated)
        if self.page.script:
            same(self.page.run("document.documentElement.dataset.ready"), "true", "the state of the script")
        return self.page

    def __exit__(self, kind, *_):
        if kind is None:
            for event in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"):
                same(self.page.taken(event), [], event)
            for sent in self.page.taken("Network.requestWillBeSent"):
                same(sent["request"]["url"].split("#")[0], self.url, "a request")
        self.page.close()


def names(page):
    return page.run("""[...document.querySelectorAll('.grid-body .row:not([hidden])')]
        .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))
        .map((row) => row.querySelector('.name').textContent)""")


def count(page):
    return page.run("document.getElementById('count').textContent")


def active(page):
    return page.run("document.getElementById(document.getElementById('grid').getAttribute('aria-activedescendant'))"
                    ".querySelector('.name').textContent")


def checked(page, what):
    same(page.run(CHECKS + f"; pageChecks.{what}()"), [], what)


@test
def the_page_shows_what_was_audited():
    with opened(200) as page:
        text = page.run("document.querySelector('header').innerText")
        for words in ("185 open findings in 185 of 200 resources", "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b", "eu-de, us-east, us-south",
                      "fleet policy", "2026-11-28T18:00:42Z", "20261120-080000-1c2d3e"):
            true(words in text, f"{words} is missing in the header: {text}")
        page.click(".about summary")
        text = page.run("document.querySelector('header').innerText")
        for words in ("sha256:4f9c2a77", "3: findings of severity low or above", "vpcmeta audit --policy policy.yaml"):
            true(words in text, f"{words} is missing about the audit")
        true("INCOMPLETE" not in text, "a complete report says that it is incomplete")
        same(page.run("[...document.querySelectorAll('figcaption')].map((c) => c.textContent)"),
             ["Open findings by rule and severity", "Open findings by region and severity", "Protocol by region", "Response hop limits",
              "Open findings over time"])
        same(page.run("[...document.querySelectorAll('.severities li')].map((t) => t.innerText.replace('\\n', ' '))"),
             ["24 critical", "46 high", "46 medium", "47 low", "22 info"])
        same(page.run("[...document.querySelectorAll('.rules-table tbody tr')].slice(0, 3).map((r) => r.querySelector('a').textContent)"),
             ["secret-in-user-data", "enabled-over-http", "template-over-http"], "the worst rules")
        same(page.run("document.querySelector('#c-regions-d').textContent"),
             "eu-de: 36 https, 19 http, 7 off; us-east: 56 https, 6 off; us-south: 56 https, 5 off")
        same(count(page), "201 resources, 200 findings")
        same(page.run("document.getElementById('plain').checkVisibility()"), False, "the plain table beside the grid")


@test
def what_to_run_is_there_to_copy():
    with opened(200) as page:
        commands = "[...document.querySelectorAll('main > section .command code')].filter((c) => c.checkVisibility()).map((c) => c.textContent)"
        shown = ["vpcmeta apply --policy policy.yaml", "vpcmeta instance set --where '.a < 1' --protocol https",
                 "vpcmeta instance set --hop-limit 1", "vpcmeta bare-metal set --protocol https"]
        same(page.run(commands), shown)
        same(page.run("document.querySelector('.more summary').textContent"), "2 more commands")
        page.click(".more summary")
        same(page.run(commands)[4:], ["vpcmeta template replace --all", "vpcmeta instance set --enabled true"])
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
        page.click("[data-copy=apply]")
        page.frame()
        same(page.run("window.copied"), shown[0])
        same(page.run("document.querySelector('[data-copy=apply]').textContent"), "Copied")
    with opened(50, "clean") as page:
        same(page.run("document.getElementById('run')"), None, "what to run where nothing is wrong")


@test
def an_incomplete_report_says_what_is_missing():
    with opened(200, "incomplete") as page:
        text = page.run("document.querySelector('header').innerText")
        for words in ("INCOMPLETE", "us-east: bare metal servers: the API answered 503"):
            true(words in text, f"{words} is missing")


@test
def a_clean_report_has_no_fixes():
    with opened(50, "clean") as page:
        same(count(page), "50 resources, 0 findings")
        same(page.run("document.getElementById('copy-fixes').hidden"), True)
        true("No earlier complete audit" in page.run("document.querySelector('.charts').innerText"), "a trend of one audit")


@test
def without_script_there_are_charts_and_the_worst_findings():
    with opened(200, script=False) as page:
        same(page.run("document.getElementById('explorer').checkVisibility()"), False, "the grid")
        same(page.run("document.querySelectorAll('svg[role=img]').length"), 5)
        text = page.run("document.getElementById('plain').innerText")
        true("runs no script" in text and "The worst 100 of 200 findings" in text, text[:200])
        same(page.run("document.querySelectorAll('#plain tbody tr').length"), 100)
        first = page.run("document.querySelector('#plain tbody tr').innerText")
        true(first.startswith("critical"), first)
        true("vpcmeta instance set 0717_" in page.run("document.querySelector('#plain tbody').innerText"), "a fix")
        same(page.run("[...document.querySelectorAll('[data-copy]')].some((b) => b.checkVisibility())"), False, "buttons")


@test
def hostile_texts_stay_text():
    with opened(300, "hostile") as page:
        same(page.run("document.querySelectorAll('script').length"), 2, "scripts")
        same(page.run("document.images.length"), 0)
        true(HOSTILE[0] in page.run("document.querySelector('header dl').innerText"), "the name of the policy")
        for index, name in enumerate(HOSTILE):
            identity = f"0717_{index * 2654435761 % 2 ** 64 % 0xFFFFFFFF:08x}-6c1b-4f0e-9a53-{index:012x}"
            page.run(f"location.replace('#id={identity}'); new Promise((done) => setTimeout(done, 0))")
            page.frame()
            same(page.run("document.getElementById('details-title').textContent"), name, "the name in the details")
            true(name in names(page), f"{name!r} is not in the grid")
            if index % 3 == 0:
                true(name in page.run("document.querySelector('.finding p').textContent"), f"the message of {name!r}")
        mark = "document.querySelector('#details-title .code-point')"
        page.run("location.replace('#id=0717_%08x-6c1b-4f0e-9a53-%012x')".replace("%08x", f"{2 * 2654435761 % 0xFFFFFFFF:08x}")
                 .replace("%012x", f"{2:012x}") + "; new Promise((done) => setTimeout(done, 0))")
        same(page.run(mark + ".dataset.code"), "U+202E", "what is shown of an override")
        same(page.run(f"getComputedStyle({mark}).display"), "inline-block")
    with opened(300, "hostile", script=False) as page:
        same(page.run("document.querySelectorAll('script').length"), 2, "scripts")
        cells = page.run("[...document.querySelectorAll('#plain tbody tr')].map((row) => row.cells[2].textContent)")
        for name in (HOSTILE[0], HOSTILE[3], HOSTILE[6], HOSTILE[9]):
            true(name in cells, f"{name!r} is not in the plain table")


@test
def typing_filters_at_once():
    with opened(200) as page:
        page.key("/")
        same(page.run("document.activeElement.id"), "q", "what / brings to the front")
        page.type("web-0001 US-EAST")
        true(count(page).startswith("4 resources of 201"), count(page))
        same(sorted(names(page)), ["web-00010", "web-00013", "web-00016", "web-00019"])
        page.type("no such word")
        same(page.run("document.getElementById('nothing').hidden"), False)
        page.click("#clear")
        same(count(page), "201 resources, 200 findings")
        page.type("team-pay")
        true(" of 201" in count(page), "an owner of an exception is not found")


@test
def facets_choose_and_count():
    with opened(200) as page:
        page.click(".facet:nth-child(1) summary")
        page.click(".facet:nth-child(1) label:nth-of-type(1) input")
        same(page.run("new Set([...document.querySelectorAll('.grid-body .row:not([hidden]) .cell:first-child')]"
                      ".map((c) => c.textContent)).has('high')"), False)
        true(count(page).startswith("25 resources of 201"), count(page))
        true("severity=critical" in page.run("location.hash"), "the address")
        page.key("Escape")
        same(page.run("document.querySelectorAll('.facet[open]').length"), 0, "open lists")
        same(page.run("document.activeElement.nodeName"), "SUMMARY")
        page.click(".facet:nth-child(5) summary")
        counts = page.run("[...document.querySelectorAll('.facet:nth-child(5) label:not([hidden])')].map((l) => l.innerText)")
        same(sum(int(words.split()[-1]) for words in counts), 25, "the counts of the regions")
        page.click("#chips button")
        same(count(page), "201 resources, 200 findings")


@test
def a_rule_of_the_table_filters():
    with opened(200) as page:
        page.click("a[href='#rule=hop-limit']")
        page.frame()
        true(count(page).startswith("25 resources of 201"), count(page))
        same(page.run("document.querySelector('#chips button').getAttribute('aria-label')"), "Remove filter Rule: hop-limit")


@test
def rules_without_findings_are_folded_and_on_paper_not():
    with opened(200) as page:
        rows = "[...document.querySelectorAll('th[scope=row] a')].filter((a) => a.checkVisibility()).map((a) => a.textContent)"
        same(len(page.run(rows)), 8, "rules shown")
        page.run("dispatchEvent(new Event('beforeprint')); 0")
        same(page.run(rows)[-1], "allowed-use", "the last rule on paper")
    with opened(50, "clean") as page:
        same(len(page.run(rows)), 9, "rules shown where nothing is wrong")


@test
def headings_sort():
    with opened(200) as page:
        heading = ".grid-head .cell:nth-child(2)"
        page.click(heading + " button")
        same(page.run(f"document.querySelector('{heading}').getAttribute('aria-sort')"), "ascending")
        same(names(page)[:3], ["gone-server", "web-00000", "web-00001"])
        page.click(heading + " button")
        same(page.run(f"document.querySelector('{heading}').getAttribute('aria-sort')"), "descending")
        same(names(page)[:2], ["web-00199", "web-00198"])
        same(page.run("document.querySelectorAll('[aria-sort=none]').length"), 7, "other headings")
        same(page.run("location.hash"), "#sort=name%3Adesc")


@test
def an_address_restores_what_was_shown():
    identity = f"0717_{30 * 2654435761 % 0xFFFFFFFF:08x}-6c1b-4f0e-9a53-{30:012x}"
    wanted = f"#q=web&severity=critical&severity=high&region=eu-de&sort=name%3Aasc&id={identity}"
    with opened(200, hash=wanted) as page:
        same(page.run("location.hash"), wanted)
        same(page.run("document.getElementById('q').value"), "web")
        same(page.run("document.getElementById('details-title').textContent"), "web-00030")
        same(page.run("document.querySelectorAll('#chips button').length"), 3)
        before = count(page)
        page.click("#close")
        page.frame()
        same(active(page), "web-00030")
        true("id=" not in page.run("location.hash"), "closed details stay in the address")
        page.go()
        same(count(page), before, "after a reload")


@test
def an_address_with_unknown_values_says_so_and_applies_the_rest():
    with opened(200, hash="#rule=nonsense&rule=hop-limit&sort=nonsense&colour=red&id=no-such-id") as page:
        true(count(page).startswith("25 resources of 201"), count(page))
        said = page.run("document.getElementById('address-said').innerText")
        true("does not have: colour, sort nonsense, rule nonsense, resource no-such-id." in said, said)
        same(page.run("location.hash"), "#rule=hop-limit", "what stays in the address")
        same(page.run("document.getElementById('details').open"), False)
        page.run("location.hash = '#rule=disabled'; new Promise((done) => setTimeout(done, 50))")
        same(page.run("document.getElementById('address-said').hidden"), True, "after an address that is right")
        page.run("location.hash = '#rule=%3Cimg%20src%3Dx%3E'; new Promise((done) => setTimeout(done, 50))")
        true("rule <img src=x>" in page.run("document.getElementById('address-said').textContent"), "a hostile value is not text")
        same(page.run("document.images.length"), 0)


def back(page):
    page.run("new Promise((done) => { addEventListener('hashchange', done, {once: true}); history.back(); })")


@test
def back_leads_to_what_was_shown_before():
    with opened(200) as page:
        page.click(".severities a[href*=critical]")
        true(count(page).startswith("24 resources of 201"), count(page))
        same(page.run("document.activeElement.id"), "resources", "where the keyboard is after a link")
        page.click(".grid-head .cell:nth-child(2) button")
        page.run("document.getElementById('grid').focus()")
        page.key("ArrowDown")
        page.key("Enter")
        same(page.run("document.getElementById('details').open"), True)
        back(page)
        same(page.run("document.getElementById('details').open"), False, "details after Back")
        same(page.run("location.hash"), "#severity=critical&result=fail&sort=name%3Aasc")
        page.key("Enter")
        page.run("new Promise((done) => { addEventListener('hashchange', done, {once: true}); document.getElementById('close').click(); })")
        same(page.run("location.hash"), "#severity=critical&result=fail&sort=name%3Aasc", "after the details were closed")
        back(page)
        same(page.run("location.hash"), "#severity=critical&result=fail", "Back after the details were closed")
        back(page)
        same(count(page), "201 resources, 200 findings", "Back to the beginning")
        page.run("document.getElementById('q').focus()")
        page.type("web-1")
        page.run("new Promise((done) => setTimeout(done, 400))")
        same(page.run("location.hash"), "#q=web-1", "the address of what was typed")


@test
def where_nothing_is_left_the_page_says_so_and_leads_back():
    with opened(200, hash="#q=no-such-word") as page:
        same(page.run("document.getElementById('grid').checkVisibility()"), False, "an empty grid")
        true("No resource is left by these filters." in page.run("document.getElementById('nothing').innerText"), "why")
        page.click("#nothing-clear")
        same(count(page), "201 resources, 200 findings")
        true(len(names(page)) > 5, "the rows are back")
        same(page.run("document.activeElement.id"), "q")
    with opened(0, "clean") as page:
        true("No resource was audited." in page.run("document.getElementById('nothing').innerText"), "nothing was audited")
        true("No resource was audited" in page.run("document.querySelector('header').innerText"), "the verdict")
        same(page.run("[...document.querySelectorAll('figure')].map((f) => f.querySelector('svg'))"), [None] * 5, "charts of nothing")


@test
def c_copies_the_fix_of_the_row():
    with opened(200, hash="#severity=critical&result=fail") as page:
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; document.getElementById('grid').focus()")
        page.key("c")
        page.frame()
        name = active(page)
        true(page.run("window.copied").startswith("vpcmeta instance set 0717_"), "what was copied")
        same(page.run("document.getElementById('said').textContent"), f"fix of {name} copied")
        page.run("document.getElementById('q').focus()")
        page.key("c")
        same(page.run("document.getElementById('q').value"), "c", "a letter that is typed")


@test
def only_texts_that_are_too_long_are_clipped():
    with opened(300, "hostile", hash="#sort=name:asc") as page:
        wrong = page.run("""[...document.querySelectorAll('.grid-body .row:not([hidden]) .cell')].filter((cell) => {
            const range = document.createRange(); range.selectNodeContents(cell);
            return !cell.classList.contains('cut') && range.getBoundingClientRect().width > cell.clientWidth - 18;
        }).map((cell) => cell.textContent)""")
        same(wrong, [], "texts that reach into the next cell")
    with opened(200, hash="#sort=name:asc") as page:
        same(page.run("[...document.querySelectorAll('.grid-body .cell.cut:not(.rules)')].map((cell) => cell.textContent)"), [], "clipped")
        page.send("Emulation.setDeviceMetricsOverride", width=800, height=900, deviceScaleFactor=1, mobile=False)
        page.frame()
        page.frame()
        true(page.run("document.querySelectorAll('.grid-body .cell.cut.rules').length") > 0, "nothing is clipped in a narrow grid")


@test
def twice_the_size_and_forced_colours_lose_nothing():
    with opened(200, width=640, height=450) as page:  # 1280 px wide at 200 %
        true(page.run("document.scrollingElement.scrollWidth <= innerWidth"), "the page is wider at 200 %")
        page.send("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
        same(page.run("matchMedia('(forced-colors: active)').matches"), True)
        page.run("document.getElementById('grid').focus()")
        same(page.run("getComputedStyle(document.querySelector('.row.active')).outlineStyle"), "solid", "the row of the keyboard")


@test
def the_grid_obeys_the_keyboard():
    with opened(200, hash="#sort=name:asc") as page:
        page.run("document.getElementById('grid').focus()")
        same(active(page), "gone-server")
        for key, name in (("ArrowDown", "web-00000"), ("ArrowDown", "web-00001"), ("ArrowUp", "web-00000"),
                          ("End", "web-00199"), ("ArrowDown", "web-00199"), ("Home", "gone-server")):
            page.key(key)
            page.frame()
            same(active(page), name, key)
        page.key("PageDown")
        page.frame()
        below = active(page)
        true(below > "web-00005", f"a page down is {below}")
        page.key("PageUp")
        page.key("ArrowDown")
        page.key("Enter")
        same(page.run("document.getElementById('details').open"), True)
        same(page.run("document.activeElement.id"), "details-title")
        page.click("#next")
        same(page.run("document.getElementById('details-title').textContent"), "web-00001")
        page.key("Escape")
        same(page.run("document.getElementById('details').open"), False)
        same(page.run("document.activeElement.id"), "grid", "where the keyboard is after the details")
        same(active(page), "web-00001")


@test
def the_details_have_everything_and_copy_the_fix():
    with opened(200, hash=f"#id=0717_{9 * 2654435761 % 0xFFFFFFFF:08x}-6c1b-4f0e-9a53-{9:012x}") as page:
        text = page.run("document.getElementById('details').innerText")
        for words in ("web-00009", "crn:v1:bluemix:public:is:eu-de-1:a/", "Why it matters:", "Recommended fix",
                      "vpcmeta instance set 0717_"):
            true(words in text, f"{words} is missing: {text}")
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
        page.click("#details .command button")
        page.frame()
        true(page.run("window.copied").startswith("vpcmeta instance set 0717_"), "what was copied")
        same(page.run("document.getElementById('details-said').textContent"), "copied")
        page.run("""navigator.clipboard.writeText = () => Promise.reject(new Error());
            document.execCommand = () => { window.chosen = document.activeElement.value; return false; }; 0""")
        page.click("#details .command button")
        page.frame()
        same(page.run("window.chosen"), page.run("document.querySelector('#details code').textContent"), "what was chosen")
        same(page.run("getSelection().toString().trim()"), page.run("window.chosen"), "the selection")


@test
def all_fixes_shown_are_copied_once():
    with opened(200, hash="#rule=secret-in-user-data&result=fail") as page:
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
        page.click("#copy-fixes")
        page.frame()
        lines = page.run("window.copied").strip().split("\n")
        same(len(lines), len(set(lines)), "lines")
        same(page.run("document.getElementById('said').textContent"), f"{len(lines)} commands copied")
        true(count(page).startswith(f"{len(lines)} resources"), count(page))


@test
def exceptions_marks_and_what_was_fixed_are_shown():
    with opened(200) as page:
        page.run("document.querySelector('#q').focus()")
        page.type("excepted agent speaks")
        page.run("document.getElementById('grid').focus()")
        page.key("Enter")
        text = page.run("document.getElementById('details').innerText")
        true("excepted" in text and "Exception: agent speaks http only; owner team-pay; expire" in text, text)
    with opened(200, hash="#result=fixed") as page:
        same(sorted(names(page)), ["gone-server", "web-00194"])
        same(count(page), "2 resources of 201, 2 findings")
        page.run("location.hash = '#q=web-00194'; new Promise((done) => setTimeout(done, 50))")
        same(names(page), ["web-00194"], "a server that is still there and what was fixed of it")


@test
def twenty_thousand_resources_have_few_rows():
    path = written(20000)
    true(os.path.getsize(path) < 12 << 20, f"the file has {os.path.getsize(path)} bytes")
    with opened(20000, hash="#sort=name:asc") as page:
        same(page.run("document.getElementById('grid').getAttribute('aria-rowcount')"), "20002")
        true(page.run("document.querySelectorAll('.grid-body .row').length") < 80, "all rows are in the page")
        page.run("document.getElementById('grid').focus()")
        page.key("End")
        page.frame()
        same(active(page), "web-19999")
        page.run("document.getElementById('grid').scrollTop = 10000 * document.querySelector('.grid-body .row').offsetHeight")
        page.frame()
        true("web-10000" in names(page), f"in the middle stand {names(page)[:3]}")
        page.run("document.querySelector('#q').focus()")
        page.type("web-12345")
        same(names(page), ["web-12345"])


@test
def paper_has_the_rows_and_no_controls():
    with opened(200, hash="#severity=critical") as page:
        page.run("dispatchEvent(new Event('beforeprint')); 0")
        page.send("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
        page.send("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        same(page.run("document.querySelectorAll('#printed tbody tr').length"), 25)
        same(page.run("[...document.querySelectorAll('button, .grid, .filters')].some((e) => e.checkVisibility())"), False)
        same(page.run("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        true(page.run("document.scrollingElement.scrollWidth <= innerWidth"), "paper is too narrow")
        checked(page, "contrast")
        page.run("dispatchEvent(new Event('afterprint')); 0")
        same(page.run("document.getElementById('printed').childElementCount"), 0)
    with opened(20000) as page:
        page.run("dispatchEvent(new Event('beforeprint')); 0")
        same(page.run("document.querySelectorAll('#printed tbody tr').length"), 2000)
        true("--report csv=FILE" in page.run("document.querySelector('#printed caption').textContent"), "how to get all")


@test
def texts_and_bars_have_contrast_in_both_schemes():
    for scheme in ("light", "dark"):
        with opened(200, scheme=scheme) as page:
            page.run("document.querySelectorAll('figure details').forEach((d) => { d.open = true; }); 0")
            checked(page, "contrast")
            page.click(".facet:nth-child(2) summary")
            page.click(".facet:nth-child(2) input")
            checked(page, "contrast")
        with opened(200, scheme=scheme, hash=f"#id=0717_{0:08x}-6c1b-4f0e-9a53-{0:012x}") as page:
            checked(page, "contrast")
        with opened(200, "incomplete", scheme=scheme, script=False) as page:
            checked(page, "contrast")


@test
def roles_labels_and_headings_are_right():
    for arguments in ((200,), (300, "hostile"), (200, "incomplete")):
        with opened(*arguments) as page:
            checked(page, "structure")
            page.run("document.getElementById('grid').focus()")
            page.key("Enter")
            unnamed = [node for node in page.send("Accessibility.getFullAXTree")["nodes"]
                       if not node.get("ignored") and not node.get("name", {}).get("value")
                       and any(p["name"] == "focusable" and p["value"]["value"] for p in node.get("properties", []))
                       and node["role"]["value"] not in ("RootWebArea", "dialog")]
            same(unnamed, [], "focusable without a name")
        with opened(*arguments, script=False) as page:
            checked(page, "structure")


@test
def the_keyboard_passes_everything_in_order_and_is_seen():
    with opened(200) as page:
        seen = []
        for _ in range(80):
            page.key("Tab")
            at = page.run("""(() => { const e = document.activeElement, b = e.getBoundingClientRect(), s = getComputedStyle(e);
                return [e.id || e.className || e.textContent.slice(0, 20), Math.round(b.top + scrollY),
                    s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, e === document.body]; })()""")
            if at[3]:
                break
            seen.append(at)
        same(seen[0][0], "skip", "the first stop")
        true({"q", "grid", "copy-fixes"} <= {stop[0] for stop in seen}, f"stops: {[stop[0] for stop in seen]}")
        same([stop[0] for stop in seen if not stop[2]], [], "stops that are not seen")
        tops = [stop[1] for stop in seen[1:]]
        same([(before, now) for before, now in zip(tops, tops[1:]) if now < before - 600], [], "stops that jump up")


@test
def a_phone_needs_no_sideways_scrolling():
    for arguments, hash in (((200,), ""), ((300, "hostile"), ""), ((200, "incomplete"), "")):
        for script in (True, False):
            with opened(*arguments, hash=hash, width=360, height=740, script=script) as page:
                same(page.run("document.scrollingElement.scrollWidth"), 360, f"the width of {arguments}, script {script}")
                true(page.run("document.getElementById('grid').scrollWidth <= 360"), f"the grid of {arguments} is wider")
    with opened(200, width=360, height=740, hash=f"#id=0717_{0:08x}-6c1b-4f0e-9a53-{0:012x}") as page:
        true(page.run("document.getElementById('details').scrollWidth") <= 360, "the details are wider")


@test
def the_policy_of_the_page_refuses_what_is_added():
    with opened(50, "clean") as page:
        policy = page.run("document.querySelector('meta[http-equiv]').content")
        true("'unsafe" not in policy and policy.startswith("default-src 'none'; script-src 'sha256-"), policy)
    page = browser.open("file://" + written(50, "clean"))
    page.run("""{ const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s);
        const i = new Image(); i.src = 'https://example.com/x.png'; document.body.append(i);
        try { const t = document.createElement('script'); t.textContent = 'window.ran = 1'; document.body.append(t); } catch {}
        try { document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click(); } catch {} 0 }""")
    same(page.run("window.ran"), None, "an added script")
    same(page.run("getComputedStyle(document.body).display"), "block", "an added style")
    true(any("Content Security Policy" in entry["entry"]["text"] for entry in page.taken("Log.entryAdded")), "no refusal is logged")
    page.close()


def main():
    global browser, folder
    wanted = [one for one in tests if len(sys.argv) < 2 or one.__name__ in sys.argv[1:]]
    print(f"1..{len(wanted)}")
    if PROGRAM is None:
        for number, one in enumerate(wanted, 1):
            print(f"ok {number} {one.__name__} # skip chromium is not installed (scripts/deps.sh test installs it)")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        for number, one in enumerate(wanted, 1):
            began = time.monotonic()
            try:
                one()
                print(f"ok {number} {one.__name__.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} {one.__name__.replace('_', ' ')}", flush=True)
                print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
