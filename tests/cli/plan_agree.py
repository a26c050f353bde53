#!/usr/bin/env python3
"""Whether a plan and an audit of the same policy agree: plan_agree.py AUDIT.json PLAN.json

Every finding is about a resource that the plan changes or is left by the plan with its reason, and the plan changes
nothing that the audit finds right, but for groups that follow their template and what it creates.
"""
import json
import sys

audit, plan = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
rows = {}
for row in plan["results"]:
    rows.setdefault((row["kind"], row["id"]), []).append(row)
found = {(finding["kind"], finding["id"]) for finding in audit["findings"]}
wrong = []
for finding in audit["findings"]:
    if finding["rule"] in ("unmanaged", "unused-exception"):
        continue
    own = rows.get((finding["kind"], finding["id"]), [])
    left = [each for row in own for each in row["remaining"] if each["rule"] in (finding["rule"], None)]
    changed = any(row["outcome"] == "would_change" for row in own)
    if not all(each["reason"] for each in left) or not (left or (changed and finding["result"] == "fail")):
        wrong.append(f"{finding['kind']} {finding['name']}: {finding['rule']} is {finding['result']}, and the plan has {own}")
for (kind, identity), own in rows.items():
    changed = any(row["outcome"] == "would_change" for row in own)
    follows = all(row["action"] in ("move", "roll", "create") for row in own)
    if changed and identity and not follows and (kind, identity) not in found:
        wrong.append(f"{kind} {own[0]['name']}: changed without a finding")
print("\n".join(wrong))
sys.exit(1 if wrong or not audit["findings"] or not plan["results"] else 0)
