#!/usr/bin/env python3
"""Writes a plan file by hand, with the digest that belongs to it: what no `plan --out` would write is tested as well.

usage: plan_file.py SET.json OUT [MEMBER=JSON...] < ITEMS
SET.json: what `vpcmeta instance list -o json` printed, for the account. ITEMS: a JSON list of items; `places` and the
like are replaced by MEMBER=JSON. Items come from the helpers of apply.bats."""
import datetime
import hashlib
import json
import sys

listed, out = sys.argv[1:3]
items = json.load(sys.stdin)
now = datetime.datetime.now(datetime.timezone.utc)
account = json.load(open(listed))["items"][0]["crn"].split(":")[6].split("/")[1]


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def count(verdict):
    return sum(item["verdict"] == verdict for item in items)


rest = {
    "created_at": stamp(now), "expires_at": stamp(now + datetime.timedelta(days=1)), "version": "0.1.0", "schemas": "sha256:0",
    "policy": None, "account": account, "places": [], "selection": [], "complete": True, "restart": None,
    "summary": {"steps": len(items), "would_change": count("change"), "unchanged": count("unchanged"),
                "skipped": count("skip"), "unmanaged": 0, "restarts": 0, "restarts_left": 0, "templates_replaced": 0},
    "items": items, "left": []}
beginning = '{"vpcmeta_plan":1,"digest":"'
for word in sys.argv[3:]:
    name, value = word.split("=", 1)
    if name == "format":
        beginning = beginning.replace("1", value)
    else:
        rest[name] = json.loads(value)
rest = '",\n' + json.dumps(rest, separators=(",", ":"))[1:] + "\n"
digest = hashlib.sha256((beginning + rest).encode()).hexdigest()
with open(out, "w") as file:
    file.write(beginning + "sha256:" + digest + rest)
