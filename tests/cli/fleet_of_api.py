#!/usr/bin/env python3
"""Reads everything that an API serves and prints it as an inventory, a record a line: an exporter that shares nothing with
vpcmeta's. Fails where an item of a list is not what a request for it alone answers.

usage: fleet_of_api.py BASE API-KEY [ACCOUNT]        BASE is http://127.0.0.1:PORT
"""
import http.client
import json
import sys
import urllib.parse

QUERY = "version=2026-09-01&generation=2"
# Kind, path of the collection, its member, whether the items can be asked for alone.
COLLECTIONS = (
    ("vpc", "vpcs", "vpcs"),
    ("subnet", "subnets", "subnets"),
    ("key", "keys", "keys"),
    ("image", "images", "images"),
    ("volume", "volumes", "volumes"),
    ("snapshot", "snapshots", "snapshots"),
    ("placement-group", "placement_groups", "placement_groups"),
    ("instance-profile", "instance/profiles", "profiles"),
    ("bare-metal-profile", "bare_metal_server/profiles", "profiles"),
    ("template", "instance/templates", "templates"),
    ("group", "instance_groups", "instance_groups"),
    ("instance", "instances", "instances"),
    ("bare-metal", "bare_metal_servers", "bare_metal_servers"),
)
base, key = sys.argv[1:3]
account = sys.argv[3] if len(sys.argv) > 3 else None
connection = http.client.HTTPConnection(urllib.parse.urlparse(base).netloc)


def request(path, body=None, headers=None):
    connection.request("POST" if body else "GET", path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status == 404 and "have the server's initialization" in content.decode():
        return None  # a copy whose files lack it
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {content.decode()}")
    return json.loads(content)


grant = urllib.parse.urlencode({"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": key})
token = request("/identity/token", grant, {"Content-Type": "application/x-www-form-urlencoded"})["access_token"]


def get(region, path, query=""):
    place = f"/{region}/v1" if region else "/v1"
    return request(f"{place}/{path}?{QUERY}{query}", headers={"Authorization": f"Bearer {token}"})


def pages(region, path, member):
    start = "" if path == "instance/templates" else "&limit=100"
    while True:
        page = get(region, path, start)
        yield from page[member]
        if "next" not in page:
            return
        link = urllib.parse.parse_qs(urllib.parse.urlparse(page["next"]["href"]).query)
        start = "&limit=100&start=" + link["start"][0]


def alone(region, path, item):
    """Fails where a request for the item alone answers something else, unless no path can name it."""
    name = item.get("name") if path.endswith("profiles") else item.get("id")
    if isinstance(name, str) and name and " " not in name and get(region, f"{path}/{name}") != item:
        sys.exit(f"{region}: {path}/{name} is not what the list has")


def references(value, found):
    """Resource groups, which the API has no collection of."""
    if isinstance(value, dict):
        group = value.get("resource_group")
        if isinstance(group, dict) and "name" in group:
            found[group["id"]] = {"kind": "resource-group", "record": group}
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        references(inner, found)


def records(region):
    for zone in get(region, f"regions/{region}/zones")["zones"]:
        yield {"kind": "zone", "record": zone}
    for kind, path, member in COLLECTIONS:
        items = list(pages(region, path, member))
        for item in items[:: 25 if member == "profiles" else 1]:  # of the many profiles a few
            alone(region, path, item)
        for item in items:
            yield {"kind": kind, "record": item}
        for item in items if kind == "group" else ():
            for membership in pages(region, f"{path}/{item['id']}/memberships", "memberships"):
                alone(region, f"{path}/{item['id']}/memberships", membership)
                yield {"kind": "membership", "group": item["id"], "record": membership}
        for item in items if kind in ("instance", "bare-metal") else ():
            if isinstance(item.get("id"), str):
                initialization = get(region, f"{path}/{item['id']}/initialization")
                if initialization is not None:
                    yield {"kind": "initialization", "of": kind, "id": item["id"], "record": initialization}


regions = [region["name"] for region in get("", "regions")["regions"]]
lines = []
for region in regions:
    found = {}
    own = [{"region": region} | record for record in records(region)]
    references(own, found)
    own = [{"region": region} | record for record in found.values()] + own
    lines += [json.dumps(record, ensure_ascii=False) for record in own]
head = {"vpcmeta_inventory": 1, "exported_at": "2026-11-28T14:30:00Z", "regions": regions}
tail = {"account": account, "complete": True, "missing": []}
print(json.dumps(head)[:-1] + ', "records": [')
print(",\n".join(lines))
print("], " + json.dumps(tail)[1:])
