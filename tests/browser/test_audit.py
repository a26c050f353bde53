#!/usr/bin/env python3
"""Pages that vpcmeta writes of a simulated fleet with hostile names, opened in Debian's chromium: the report of an audit,
and a plan. Prints TAP."""
import json
import os
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from chromium import PROGRAM, Chromium  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
NAMES = ["</script><script>alert(1)</script>", "<!--<img src=x onerror=alert(1)>", "\u202egnp.exe", "a" * 63, "line\u2028end",
         "&lt;b&gt;\"'`", *(f"web-{number}" for number in range(1, 9))]
TITLES = ("the page of an audit shows hostile names as text, with the fix of each, and requests nothing",
          "the page of a plan shows hostile names as text, with contrast and roles, and requests nothing")
POLICY = """version: 1
name: fleet
rules:
  - name: all
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
"""
with open(os.path.join(HERE, "page_checks.js"), encoding="utf-8") as script:
    CHECKS = script.read()


def record(number, name):
    identity = f"0717_{number:08d}-1111-4111-8111-111111111111"
    return {"id": identity, "name": name, "status": "running", "vcpu": {"count": 2, "architecture": "amd64"}, "zone": {"name": "us-south-1"},
            "vpc": {"id": "r006-1", "name": "vpc-prod"}, "resource_group": {"id": "1", "name": "Default"},
            "image": {"id": "r006-72b27b5c-f4b0-48bb-b954-5becc7c1dcb8", "name": "image-1"},
            "crn": f"crn:v1:bluemix:public:is:us-south-1:a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::instance:{identity}",
            "metadata_service": {"enabled": True, "protocol": "http", "response_hop_limit": 2}}


def write_pages(folder):
    with open(os.path.join(folder, "policy.yaml"), "w", encoding="utf-8") as file:
        file.write(POLICY)
    fleet = os.path.join(folder, "fleet.json")
    with open(fleet, "w", encoding="utf-8") as file:
        json.dump([record(number, name) for number, name in enumerate(NAMES)], file)
    simulator = subprocess.Popen([BUILD + "/vpcsim", "--port", "0", "--load", fleet], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, cwd=folder, text=True)
    try:
        base = simulator.stdout.readline().split()[-1]
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "VPC_URL": base, "VPC_APIKEY": "vpcsim-api-key",
                       "IBMCLOUD_IAM_API_ENDPOINT": base.removesuffix("/v1")}
        for status, words in ((3, "audit --report html=audit.html"), (0, "plan --policy policy.yaml --out plan.json"),
                              (0, "plan show plan.json --html plan.html")):
            ended = subprocess.run([BUILD + "/vpcmeta", *words.split()], env=environment, cwd=folder, capture_output=True,
                                   text=True, timeout=60, check=False)
            if ended.returncode != status:
                raise AssertionError(f"{words} ended with {ended.returncode}: {ended.stderr}")
    finally:
        simulator.terminate()
        simulator.wait()


def same(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r} and not {wanted!r}")


def true(found, what):
    if not found:
        raise AssertionError(what)


def check_audit(browser, folder):
    url = f"file://{folder}/audit.html"
    page = browser.open(url)
    shown = page.run("""[...document.querySelectorAll('.grid-body .row:not([hidden]) .name')].map((cell) => cell.textContent)""")
    if sorted(shown) != sorted(NAMES):
        raise AssertionError(f"names: {shown!r}")
    for number, name in enumerate(NAMES):
        page.go(url + f"?{number}#id={record(number, name)['id']}")
        found = page.run("""[document.getElementById('details-title').textContent,
            document.querySelector('#details .command code').textContent]""")
        if found[0] != name or "instance set" not in found[1]:
            raise AssertionError(f"details of {name!r}: {found!r}")
    check_quiet(page, url)


def check_plan(browser, folder):
    url = f"file://{folder}/plan.html"
    for scheme in ("light", "dark"):
        page = browser.open(url, scheme=scheme)
        shown = page.run("[...document.querySelectorAll('.names bdi')].map((cell) => cell.textContent)")
        if sorted(shown) != sorted(NAMES):
            raise AssertionError(f"names: {shown!r}")
        same(page.run("document.querySelector('.verdict').innerText"), f"{len(NAMES)} changes", "the verdict")
        same(page.run("[...document.querySelectorAll('.diff li')].map((line) => line.innerText)"),
             ["protocol http \u2192 https", "hop limit 2 \u2192 1"], "the change that all have")
        same(page.run("document.querySelector('.of summary').innerText"), f"{len(NAMES)} instances", "what is folded")
        same(page.run("document.querySelector('.command code').innerText"), "vpcmeta apply plan.json", "what to run")
        wrong = page.run(CHECKS + "; [...pageChecks.contrast(), ...pageChecks.structure()]")
        if wrong:
            raise AssertionError(f"{scheme}: {wrong}")
        page.send("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True)
        page.click(".of summary")
        same(page.run("document.scrollingElement.scrollWidth"), 360, "the width on a phone")
        page.click(".of summary")
        seen = "[...document.querySelectorAll('.names bdi, .about dd')].filter((e) => !e.checkVisibility()).length"
        true(page.run(seen) >= len(NAMES), "nothing is folded")
        page.send("Emulation.setEmulatedMedia", media="print")
        same(page.run(seen), 0, "what is folded on paper")
        check_quiet(page, url)
        page.close()


def check_quiet(page, url):
    for event in ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
        if page.taken(event):
            raise AssertionError(f"{event}: {page.taken(event)}")
    requested = {sent["request"]["url"].split("?")[0] for sent in page.taken("Network.requestWillBeSent")}
    if requested != {url}:
        raise AssertionError(f"requests: {requested}")


def main():
    print("1..2")
    if PROGRAM is None:
        for number, title in enumerate(TITLES, 1):
            print(f"ok {number} {title} # skip chromium is not installed (scripts/deps.sh test installs it)")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        write_pages(folder)
        for number, (title, check) in enumerate(zip(TITLES, (check_audit, check_plan)), 1):
            try:
                check(browser, folder)
                print(f"ok {number} {title}")
            except Exception:
                failed += 1
                print(f"not ok {number} {title}\n# " + traceback.format_exc().strip().replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
