#!/usr/bin/env python3
"""Whether an export beside a selector holds what was chosen and what that refers to, and nothing else.

usage: export_closure.py WHOLE.json PART.json LIST.json...
  WHOLE  the export without selectors, PART the one with them, each LIST what a list command printed with them (-o json)

What must be in PART is worked out here from the records of WHOLE. Prints a line a kind that is wrong; status 1 then.
"""
import json
import sys

ALWAYS = ("region", "zone", "instance-profile", "bare-metal-profile")
SECOND = ("placement-group", "resource-group", "image", "snapshot", "volume")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def key(line):
    return line["kind"], line["record"].get("id") or line["record"]["name"]


def ids(node):
    """Every id of a reference in a record: of the objects below it."""
    if isinstance(node, list):
        for item in node:
            yield from ids(item)
    elif isinstance(node, dict):
        for value in node.values():
            if isinstance(value, dict) and "id" in value:
                yield value["id"]
            elif isinstance(value, list):
                yield from (item["id"] for item in value if isinstance(item, dict) and "id" in item)
            yield from ids(value)


def closure(whole, chosen):
    by_id = {line["record"]["id"]: line for line in whole["records"] if "id" in line["record"]}
    todo = [by_id[one] for one in chosen]
    todo += [line for line in whole["records"] if line.get("group") in chosen]
    found = {}
    while todo:
        line = todo.pop()
        if key(line) in found:
            continue
        found[key(line)] = line
        record = dict(line["record"])
        # who uses a volume, an image or a placement group does not belong to it
        if line["kind"] in SECOND:
            record.pop("volume_attachments", None)
            record.pop("source_volume", None)
        todo += [by_id[one] for one in ids(record) if one in by_id]
    return set(found)


def main():
    whole, part = load(sys.argv[1]), load(sys.argv[2])
    chosen = {item["id"] for path in sys.argv[3:] for item in load(path)["items"]}
    wanted = {one for one in closure(whole, chosen) if one[0] not in ALWAYS}
    there = {key(line) for line in part["records"] if line["kind"] not in ALWAYS}
    wrong = sorted({kind for kind, _ in wanted ^ there})
    for kind in wrong:
        lacks = [one for one in wanted - there if one[0] == kind]
        more = [one for one in there - wanted if one[0] == kind]
        print(f"{kind}: lacks {len(lacks)} {lacks[:2]}, has {len(more)} too many {more[:2]}")
    if not chosen:
        print("nothing was chosen")
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
