#!/usr/bin/env python3
"""Fleets of records that no API answers, and a reader of all that a simulator makes of them.

usage: hostile_fleet.py write FLEET DEPTH STEP FLEET is an inventory; on standard output: a line a file to load. From the
                                               second on, each region has one server "self" that asks the metadata API.
                                               DEPTH: how deep in a record members are replaced one by one; of servers
                                               that ask one level less. Each STEPth such record is written.
       hostile_fleet.py read BASE API-KEY      fails where an answer is no JSON or where there is none
"""
import copy
import http.client
import json
import sys
import urllib.parse
import uuid

QUERY = "version=2026-09-01&generation=2"
REGIONS = 15
LONG = "x" * 300 + "\u00e9" * 300
TEXT = 'a"b\\c\u0001\x1b[31m\u00e9'
MISSING, HUGE = object(), "@@HUGE@@"
VALUES = (None, True, 0, -1, 7.5, 2**31, HUGE, "", TEXT, "a\u0000b", LONG, [], {}, [None, 3, {}],
          {"id": TEXT, "name": TEXT, "crn": 5}, {"id": "0717-made-up", "name": TEXT}, MISSING)
KEPT = {"id", "kind"}
COLLECTIONS = (("vpcs", "vpcs"), ("subnets", "subnets"), ("keys", "keys"), ("images", "images"), ("volumes", "volumes"),
               ("snapshots", "snapshots"), ("placement_groups", "placement_groups"), ("instance/profiles", "profiles"),
               ("bare_metal_server/profiles", "profiles"), ("instance/templates", "templates"),
               ("instance_groups", "instance_groups"), ("instances", "instances"), ("bare_metal_servers", "bare_metal_servers"))
PATCHED = {"instances", "bare_metal_servers", "images", "instance/templates", "instance_groups"}
DONE, NOT_FOUND = (200,), (404,)
METADATA = ("instance", "instance/initialization", "instance/network_interfaces", "instance/network_attachments",
            "instance/volume_attachments", "instance/cluster_network_attachments", "instance/software_attachments",
            "virtual_network_interfaces", "keys", "placement_groups", "placement_groups/none")


def text_of(document):
    return json.dumps(document).replace(f'"{HUGE}"', "123456789012345678901234567890")


def paths(value, depth, above=()):
    """The places of all members, down to a depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, member in inner if depth else ():
        yield above + (name,)
        yield from paths(member, depth - 1, above + (name,))


def with_value(record, path, value):
    changed = copy.deepcopy(record)
    at = changed
    for name in path[:-1]:
        at = at[name]
    if value is MISSING:
        del at[path[-1]]
    else:
        at[path[-1]] = copy.deepcopy(value)
    return changed


def fresh(record):
    """A record of its own, which nothing refers to."""
    record = copy.deepcopy(record)
    if isinstance(record.get("id"), str):
        record["id"] = record["id"][:5] + str(uuid.uuid4())
    elif isinstance(record.get("name"), str):
        record["name"] += "-" + str(uuid.uuid4())
    return record


def odd_ones(line, depth):
    """The record with all members replaced, by each value, and with one of them."""
    record = line["record"]
    for value in VALUES:
        own = fresh(record)
        for name in record if value is not MISSING else ():
            own = own if name in KEPT or (name == "name" and "id" not in record) else with_value(own, (name,), value)
        yield line | {"record": own}
    for path in paths(record, depth):
        for value in VALUES:
            if path != ("id",) or value != LONG:
                yield line | {"record": with_value(fresh(record), path, value)}


def flat_ones(one_by_one):
    """Lines of lists, of which the simulator makes the bodies itself."""
    server = {"name": TEXT, "vpc": TEXT, "profile": TEXT, "resource_group": TEXT, "image": TEXT, "template": TEXT,
              "zone": TEXT, "boot_allowed_use": TEXT, "group": TEXT, "status": "running", "enabled": True,
              "protocol": "http", "response_hop_limit": 1, "default_trusted_profile": {"id": TEXT, "auto_link": True}}
    others = {"template": {"name": TEXT, "prototype": {TEXT: TEXT}, "id": "template"},
              "bare_metal_server": server | {"id": "metal"},
              "group": {"name": TEXT, "template": "template", "subnets": [TEXT], "membership_count": 1, "id": "group"},
              "membership": {"name": TEXT, "group": "group", "instance": "self", "template": TEXT, "id": "member"}}
    for name in [*server, None] if one_by_one else [None]:
        for value in VALUES if name is not None else (server,):
            odd = dict(server) if name is None else with_value(server, (name,), value)
            if isinstance(odd.get("name"), str) and odd["name"] not in ("", HUGE) and odd.get("zone") in (TEXT, None, "", LONG):
                odd |= {"status": "running", "enabled": True, "protocol": "http"}
                lines = [{"kind": "instance"} | odd | {"id": "self"}]
                yield lines + [{"kind": kind} | copy.deepcopy(record) for kind, record in others.items()]


def items(parts):
    for region, lines in enumerate(parts):
        for line in lines:
            line["region"] = f"place-{region}"
    print(text_of({"items": [line for lines in parts for line in lines]}))


def inventory(lines, regions):
    head = {"vpcmeta_inventory": 1, "regions": regions, "complete": True, "missing": []}
    print(text_of(head | {"records": lines, "account": "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b"}))


def write(name, depth, step):
    with open(name, encoding="utf-8") as file:
        fleet = json.load(file)
    kinds = {}
    for line in fleet["records"]:
        kinds.setdefault(line["kind"], line)
    whole = []
    for kind, line in kinds.items():
        if kind not in ("initialization", "zone"):
            whole += [line | {"region": "us-south"} for line in list(odd_ones(line, depth))[::step]]
    # servers that ask: each the only one of its region, with the initialization of its own
    initialization = next(line["record"] for line in fleet["records"] if line["kind"] == "initialization")
    askers = []
    for line in odd_ones(kinds["instance"], depth - 1):
        server = line["record"] | {"name": "self", "status": "running"}
        server["metadata_service"] = {"enabled": True, "protocol": "http", "response_hop_limit": 1}
        askers.append([line | {"record": server}])
    for line in odd_ones({"kind": "initialization", "of": "instance", "record": initialization}, depth - 1):
        server = fresh(kinds["instance"]["record"]) | {"name": "self", "status": "running"}
        server["metadata_service"] = {"enabled": True, "protocol": "http", "response_hop_limit": 1}
        askers.append([{"kind": "instance", "record": server}, line | {"id": server["id"]}])
    inventory(whole, ["us-south"])
    for at in range(0, len(askers), REGIONS):
        part = askers[at:at + REGIONS]
        regions = [f"place-{n}" for n in range(len(part))]
        inventory([line | {"region": region} for region, lines in zip(regions, part) for line in lines], regions)
    flat = list(flat_ones(depth > 1))
    for at in range(0, len(flat), REGIONS):
        items(flat[at:at + REGIONS])


class Reader:
    def __init__(self, base, key):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(base).netloc)
        grant = urllib.parse.urlencode({"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": key})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.bearer = {"Authorization": "Bearer " + self.ask("POST", "/identity/token", DONE, grant, form)["access_token"]}
        self.answers = 0

    def ask(self, method, path, wanted, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read()
        if wanted and answer.status not in wanted:
            sys.exit(f"{method} {path}: {answer.status} {content[:300]!r}")
        try:
            document = json.loads(content.decode())
        except ValueError as problem:
            sys.exit(f"{method} {path}: {problem}: {content[:3000]!r}")
        self.answers = getattr(self, "answers", 0) + 1
        return document

    def api(self, region, path, query="", wanted=DONE):
        return self.ask("GET", f"/{region}/v1/{path}?{QUERY}{query}", wanted, None, self.bearer)

    def pages(self, region, path, member):
        start = "" if path == "instance/templates" else "&limit=100"
        while True:
            page = self.api(region, path, start)
            yield from page[member]
            if "next" not in page:
                return
            link = urllib.parse.parse_qs(urllib.parse.urlparse(page["next"]["href"]).query)
            start = "&limit=100&start=" + link["start"][0]

    def region(self, region):
        self.api(region, f"regions/{region}/zones")
        for path, member in COLLECTIONS:
            for number, item in enumerate(list(self.pages(region, path, member))):
                name = item.get("name" if path.endswith("profiles") else "id")
                name = urllib.parse.quote(name.encode("utf-8", "replace"), safe="") if isinstance(name, str) else ""
                if name and len(name) < 200 and (path == "instances" or not region.startswith("place-")):
                    self.item(region, path, name, number)

    def item(self, region, path, name, number):
        place = f"{path}/{name}"
        self.api(region, place, wanted=None)
        if path == "images":
            self.api(region, place + "/instance_profiles", wanted=None)
        if path in ("instances", "bare_metal_servers"):
            self.api(region, place + "/initialization", wanted=None)
        if path == "instance_groups":
            self.api(region, place + "/memberships", wanted=None)
        if path in PATCHED:
            self.change(region, place, {"name": f"renamed-{number}"})
        if path in ("instances", "bare_metal_servers"):
            self.change(region, place, {"metadata_service": {"enabled": True, "protocol": "http"}})
        if path == "instance_groups":
            self.change(region, place, {"membership_count": 3})

    def change(self, region, place, body):
        headers = self.bearer | {"Content-Type": "application/merge-patch+json"}
        self.ask("PATCH", f"/{region}/v1/{place}?{QUERY}", None, json.dumps(body), headers)

    @staticmethod
    def expected(path):
        """What a copy does not know of a server's initialization it answers with 404."""
        if path.endswith("none"):
            return NOT_FOUND
        return DONE + NOT_FOUND if path.startswith(("instance/initialization", "keys")) else DONE

    def asker(self, region):
        headers = {"Metadata-Flavor": "ibm"}
        query = "?version=2026-09-01"
        token = self.ask("PUT", f"/{region}/identity/v1/token{query}", DONE, "{}", headers)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        body = json.dumps({"trusted_profile": {"id": "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"}})
        for profile in ("{}", body):
            self.ask("POST", f"/{region}/identity/v1/iam_tokens{query}", None, profile, headers)
        for path in METADATA:
            self.ask("GET", f"/{region}/metadata/v1/{path}{query}", self.expected(path), None, headers)

    def everything(self):
        regions = [item["name"] for item in self.ask("GET", f"/v1/regions?{QUERY}", DONE, None, self.bearer)["regions"]]
        for region in regions:
            if region.startswith("place-"):
                self.asker(region)
            self.region(region)
        for region in regions:
            self.region(region)  # with what was changed, and with the members that groups have made
        self.ask("GET", "/_sim/state", DONE)
        account = "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b"
        for profile in self.ask("GET", f"/v1/profiles?account_id={account}", DONE, None, self.bearer)["profiles"]:
            self.ask("GET", f"/v1/profiles/{urllib.parse.quote(profile['id'], safe='')}/links", None, None, self.bearer)
        return self.answers


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    print(Reader(sys.argv[2], sys.argv[3]).everything())
