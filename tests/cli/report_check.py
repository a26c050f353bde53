#!/usr/bin/env python3
"""Checks reports as their documented readers read them, and prints for each a line of JSON: what it holds, or its faults.

usage: report_check.py sarif|sarif-github|junit|ocsf|csv FILE [FORMAT FILE...]

Exit status 1 where there are faults. The rules are written from the published schema of SARIF 2.1.0, GitHub's list
of supported properties and limits, the schemas of Ant and Jenkins and what GitLab documents of JUnit, the required
members of OCSF's class 2003, and RFC 4180; nothing of them is taken from the code that writes the reports.
"""
import csv
import io
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

try:
    import jsonschema
except ImportError:  # a python3 of another make is first in PATH; Debian's has the package
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "reports")
FAULTS = []


def fault(where, what):
    FAULTS.append(f"{where}: {what}")


def need(condition, where, what):
    if not condition:
        fault(where, what)
    return condition


def unique_members(pairs):
    members = dict(pairs)
    need(len(members) == len(pairs), "JSON", f"a member twice among {[name for name, _ in pairs]}")
    return members


def read_json(text):
    return json.loads(text, object_pairs_hook=unique_members)


# --- SARIF -----------------------------------------------------------------------------------------------------------

def schema_faults(log):
    with open(os.path.join(DATA, "sarif-schema-2.1.0.json"), encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    for error in list(validator(schema).iter_errors(log))[:20]:
        fault("/" + "/".join(map(str, error.absolute_path)), error.message[:300])


def check_result(result, rules, where):
    kind = result.get("kind", "fail")
    need(kind == "fail" or result.get("level", "none") == "none", where, "a level, but it does not fail")
    index = result.get("ruleIndex", -1)
    need(0 <= index < len(rules) and rules[index]["id"] == result.get("ruleId"), where, "ruleIndex is of another rule")
    for location in result.get("locations", []):
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        need(re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), where, f"no relative URI: {uri}")


def check_sarif(text):
    log = read_json(text)
    schema_faults(log)
    run = log["runs"][0]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    for number, result in enumerate(results):
        check_result(result, rules, f"result {number}")
    states = {"baselineState" in result for result in results}
    need(len(states) < 2, "results", "some have a baselineState and others have none")
    return {
        "rules": len(rules), "results": len(results),
        "suppressed": sum("suppressions" in result for result in results),
        "kinds": sorted({result.get("kind", "fail") for result in results}),
        "states": sorted({result.get("baselineState", "") for result in results}),
        "ids": sorted({result["ruleId"] for result in results}),
        "notifications": len(run["invocations"][0].get("toolExecutionNotifications", [])),
    }


def check_github_rule(rule):
    where = f"rule {rule['id']}"
    for name in ("shortDescription", "fullDescription"):
        need(0 < len(rule[name]["text"]) <= 1024, where, f"{name} is empty or too long")
    need(rule["help"]["text"], where, "no help")
    need(len(rule.get("name", "")) <= 255, where, "the name is too long")
    tags = rule["properties"]["tags"]
    need("security" in tags and len(tags) <= 20, where, "tags")
    severity = rule["properties"]["security-severity"]
    need(isinstance(severity, str) and 0 <= float(severity) <= 10, where, "security-severity is no string of a number")


def check_github_result(result, where):
    need(0 < len(result["message"]["text"]) <= 1024, where, "the message is empty or too long")
    need("suppressions" not in result and "baselineState" not in result, where, "GitHub ignores that it is suppressed or old")
    need(result.get("kind", "fail") == "fail", where, "GitHub opens an alert although it does not fail")
    need(re.fullmatch(r"[0-9a-f]{16}:1", result["partialFingerprints"]["primaryLocationLineHash"]), where, "no hash of the line")
    need(0 < len(result["locations"]) <= 1000, where, "locations")
    region = result["locations"][0]["physicalLocation"]["region"]
    need({"startLine", "startColumn", "endLine", "endColumn"} <= set(region), where, "the region is not whole")


def check_github(text):
    summary = check_sarif(text)
    log = read_json(text)
    need("$schema" in log, "log", "no $schema")
    run = log["runs"][0]
    need(len(log["runs"]) <= 20 and len(run["results"]) <= 25000, "log", "too many runs or results")
    need(re.fullmatch(r"vpcmeta/[^/]+/[^/]+/\d{8}T\d{6}Z", run["automationDetails"]["id"])
         or run["automationDetails"]["id"].count("/") >= 1, "run", "no category/run in its id")
    for rule in run["tool"]["driver"]["rules"]:
        check_github_rule(rule)
    for number, result in enumerate(run["results"]):
        check_github_result(result, f"result {number}")
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    need(len(set(hashes)) == len(hashes), "results", "two have the same hash, so that GitHub makes one alert of them")
    return summary


# --- JUnit -----------------------------------------------------------------------------------------------------------

ATTRIBUTES = {  # of the schema that Jenkins publishes
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
                  "file", "log", "url", "version"},
    "testcase": {"name", "assertions", "time", "classname", "status", "class", "file", "line", "group"},
    "failure": {"type", "message"}, "error": {"type", "message"}, "skipped": {"type", "message"},
    "properties": set(), "property": {"name", "value"},
}


def check_case(case, seen, outcomes):
    where = f"case {case.get('classname')} {case.get('name')}"
    need(case.get("name") and case.get("classname"), where, "no name or class name")
    key = (case.get("classname"), case.get("name"))
    need(key not in seen, where, "a second one of that name, which GitLab drops")
    seen.add(key)
    need(len(case) <= 1, where, "several outcomes")
    for outcome in case:
        outcomes[outcome.tag] += 1
        need((outcome.text or "").strip(), where, "no text, which is all that GitLab shows")
        need(outcome.get("message"), where, "no message, which is all that others show")
    outcomes["passed"] += len(case) == 0


def check_suite(suite, seen, sums):
    outcomes = {"failure": 0, "error": 0, "skipped": 0, "passed": 0}
    where = f"suite {suite.get('name')}"
    for case in suite.iter("testcase"):
        check_case(case, seen, outcomes)
    need([child.tag for child in suite].index("testcase") <= 1, where, "the properties do not stand first")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", "")), where, "timestamp with a zone, or none")
    for attribute, count in (("tests", sum(outcomes.values())), ("failures", outcomes["failure"]),
                             ("errors", outcomes["error"]), ("skipped", outcomes["skipped"])):
        need(int(suite.get(attribute, -1)) == count, where, f"{attribute} is {suite.get(attribute)}, not {count}")
    for name, count in outcomes.items():
        sums[name] = sums.get(name, 0) + count


def check_junit(text):
    need(len(text) < 30000000, "file", "GitLab reads less than 30 MB")
    root = ElementTree.fromstring(text)
    need(root.tag == "testsuites", "root", root.tag)
    seen, sums = set(), {"failure": 0, "error": 0, "skipped": 0, "passed": 0}
    for element in root.iter():
        unknown = set(element.attrib) - ATTRIBUTES.get(element.tag, set())
        need(element.tag in ATTRIBUTES and not unknown, element.tag, f"not in the schema: {unknown}")
    for suite in root:
        check_suite(suite, seen, sums)
    need(int(root.get("tests")) == sum(sums.values()), "root", "tests")
    need(int(root.get("failures")) == sums["failure"], "root", "failures")
    need(int(root.get("errors")) == sums["error"], "root", "errors")
    return {**sums, "suites": [suite.get("name") for suite in root], "names": sorted(name for _, name in seen)[:9],
            "classes": sorted({name for name, _ in seen})}


# --- OCSF ------------------------------------------------------------------------------------------------------------

REQUIRED = ("activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "time", "metadata", "finding_info",
            "compliance", "cloud", "status_id")
WORDS = {"status_id": {1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved"},
         "activity_id": {1: "Create", 2: "Update", 3: "Close"},
         "severity_id": {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}}


def check_event(event, where):
    for name in REQUIRED:
        need(name in event, where, f"no {name}")
    need((event["category_uid"], event["class_uid"]) == (2, 2003), where, "another class")
    need(event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], where, "type_uid is not class and activity")
    for name, words in WORDS.items():
        caption = event.get(name.replace("_id", "_name" if name == "activity_id" else ""))
        need(words.get(event[name]) == caption, where, f"{name} {event[name]} is called {caption}")
    need(isinstance(event["time"], int) and event["time"] > 10**12, where, "time is not in milliseconds")
    need(event["metadata"].get("version") and event["metadata"].get("product"), where, "metadata lacks version or product")
    need(event["finding_info"].get("uid"), where, "finding_info lacks uid")
    need(event["compliance"].get("status_id") in (1, 2, 3), where, "compliance lacks status_id")
    need(event["cloud"].get("provider"), where, "the profile cloud is not whole")
    need("status_detail" not in event["compliance"] and "resource" not in event, where, "a member that is deprecated")
    need("desc" in event.get("remediation", {"desc": ""}), where, "remediation lacks desc")


def check_ocsf(text):
    events = read_json(text)
    need(isinstance(events, list), "file", "no array")
    for number, event in enumerate(events):
        check_event(event, f"event {number}")
    uids = [event["finding_info"]["uid"] for event in events]
    need(len(set(uids)) == len(uids), "events", "two findings have one uid")
    return {"events": len(events), "suppressed": sum(event["status_id"] == 3 for event in events),
            "resolved": sum(event["status_id"] == 4 for event in events),
            "controls": sorted({event["compliance"]["control"] for event in events if "control" in event["compliance"]})}


# --- CSV -------------------------------------------------------------------------------------------------------------

NUMBERS = {"response_hop_limit"}


def check_csv(text):
    need("\n" not in re.sub(r'"(?:[^"]|"")*"', "", text).replace("\r\n", ""), "file", "a line that does not end in CRLF")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    heading = rows[0]
    for number, row in enumerate(rows[1:], 2):
        need(len(row) == len(heading), f"line {number}", f"{len(row)} cells, not {len(heading)}")
        for name, cell in zip(heading, row):
            need(not re.match("[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]", cell), f"line {number}", f"a formula in {name}: {cell!r}")
            need(name not in NUMBERS or re.fullmatch(r"\d*", cell), f"line {number}", f"no number in {name}: {cell!r}")
    results = [dict(zip(heading, row)).get("result") for row in rows[1:]]
    return {"rows": len(rows) - 1, "results": {result: results.count(result) for result in sorted(set(results))}}


CHECKS = {"sarif": check_sarif, "sarif-github": check_github, "junit": check_junit, "ocsf": check_ocsf, "csv": check_csv}


def check(format_name, name):
    FAULTS.clear()
    with open(name, encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        summary = CHECKS[format_name](text)
    except (KeyError, IndexError, ValueError, TypeError, ElementTree.ParseError, csv.Error) as error:
        fault("file", f"{type(error).__name__}: {error}")
    return {"file": name, "faults": FAULTS[:20]} if FAULTS else {"file": name, **summary}


def main():
    lines = [check(*pair) for pair in zip(sys.argv[1::2], sys.argv[2::2])]
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    sys.exit(any("faults" in line for line in lines))


main()
