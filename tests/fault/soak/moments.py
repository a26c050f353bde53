#!/usr/bin/env python3
"""Ends runs of vpcmeta at random moments by KILL, TERM, INT and HUP, resumes them, and compares the end with that of an
undisturbed run.

usage: moments.py BUILD [--moments N] [--seed N] [--jobs N] [--operation NAME] [--only NUMBER] [--quick]

Each moment has a simulator and a history of its own. One of the operations runs, a signal is sent at a moment that is
uniform over the length of the undisturbed run, in every sixth case a second one soon after; then `runs resume last`
until it ends with 0, at times ended by a signal as well. "resume" is the operation whose signal comes in the first resume.
What must hold in the end:
    - the state of the simulator is the one of the undisturbed run: settings, statuses, templates, groups, members;
    - each POST of a name, each stop, start and deletion was accepted as often as in the undisturbed run: nothing twice;
    - no server was sent two different changes, and nothing was sent by a run that is not recorded;
    - the record says what the one of the undisturbed run says: so many changed, nothing failed or unknown;
    - after TERM, INT and HUP the exit status is 128 and the number of the signal, and the servers that a restart
      stopped run again without a resume.
The moment of number N and seed S is the same in every run (its effect depends on the machine): --only N repeats it.
--quick spreads the signals over consecutive moments and measures the undisturbed runs once.
Prints a line for each failure and a table; the exit status is 1 when something failed.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BODY = os.path.join(HERE, "../../data/bodies/instance-prototype-by-image-network-interface.json")
SIGNALS = ("KILL", "TERM", "INT", "HUP")
RESUMES_MAX = 12
TIMEOUT_S = 60

FLEET = ["--bare-metal", "0", "--templates", "0", "--groups", "0", "--mix", "plain"]
GROUPS = ["--region", "eu-de", "--instances", "60", "--templates", "8", "--groups", "4", "--bare-metal", "0",
          "--mix", "plain", "--transition-ms", "40", "--latency-ms", "8"]
SET = ["instance", "set", "--all", "--enabled", "true", "--hop-limit", "5", "-j", "4"]
CREATE = ["instance", "create", "-f", "body.json", "--count", "80", "--name", "web-{:03}", "-j", "4"]
REPLACE = ["template", "replace", "--all", "--hop-limit", "33", "--update-groups", "--roll", "--delete-old",
           "--poll-interval", "20ms"]
RESTART = ["--max-unavailable", "3", "--poll-interval", "100ms", "--start-timeout", "30"]
ROLLBACK = ["runs", "rollback", "last", "-j", "4"]

REGIONS = ["--region", "us-south,eu-de,jp-tok", "--instances", "6", "--templates", "2", "--groups", "1", "--bare-metal", "1",
           "--mix", "plain", "--transition-ms", "40", "--latency-ms", "5"]
POLICY = """version: 1
rules:
  - name: all
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}
    apply: {restart: needed, update_groups: true, roll: true, delete_old: true, max_unavailable: 50%}
"""
PLAN = ["plan", "--policy", "policy.yaml", "--region", "us-south,eu-de,jp-tok"]
APPLY_POLICY = ["apply", "--policy", "policy.yaml", "--region", "us-south,eu-de,jp-tok", "--poll-interval", "100ms"]

# name: the simulator's arguments, what is done before, what the signal ends
OPERATIONS = {
    "set": (FLEET + ["--instances", "80", "--latency-ms", "25"], None, SET),
    "create": (FLEET + ["--region", "eu-de", "--instances", "0", "--latency-ms", "40"], None, CREATE),
    "replace": (GROUPS, None, REPLACE),
    "restart": (FLEET + ["--instances", "9", "--latency-ms", "5", "--transition-ms", "120"],
                ["instance", "set", "--all", "--enabled", "true"], ["instance", "restart", "--all"] + RESTART),
    "set --restart": (FLEET + ["--instances", "9", "--latency-ms", "5", "--transition-ms", "120"], None,
                      ["instance", "set", "--all", "--enabled", "true", "--restart", "needed"] + RESTART),
    "rollback of set": (FLEET + ["--instances", "80", "--latency-ms", "25"], SET, ROLLBACK),
    "rollback of replace": (GROUPS + ["--latency-ms", "20"], REPLACE, ["runs", "rollback", "last", "-j", "1"]),
    "apply": (REGIONS, PLAN + ["--out", "plan.json"], ["apply", "plan.json", "--poll-interval", "100ms"]),
    "apply --policy": (REGIONS, None, APPLY_POLICY),
}
# the shares of the operations
CYCLE = ["set", "create", "replace", "restart", "rollback of set", "resume", "replace", "set --restart", "create",
         "rollback of replace", "restart", "resume", "set", "rollback of replace", "apply", "apply --policy"]
RESUMED = ["set", "create", "replace", "restart", "set --restart", "rollback of replace", "apply"]


class Wrong(Exception):
    """What must hold does not."""


class Place:
    """A simulator, and a history."""

    def __init__(self, build, arguments, folder):
        self.build, self.folder, self.complaints = build, folder, ""
        self.log = os.path.join(folder, "requests.jsonl")
        with open(os.path.join(folder, "sim.err"), "w", encoding="utf-8") as errors:
            self.sim = subprocess.Popen([f"{build}/vpcsim", "--port", "0", "--log", self.log] + arguments,
                                        stdout=subprocess.PIPE, stderr=errors, text=True)
        self.url = self.sim.stdout.readline().split()[-1]
        self.base = self.url.removesuffix("/v1")
        self.environment = {"HOME": folder, "PATH": os.environ["PATH"], "TERM": "dumb", "VPC_URL": self.url,
                            "VPC_APIKEY": "vpcsim-api-key", "IBMCLOUD_IAM_API_ENDPOINT": self.base,
                            "XDG_STATE_HOME": os.path.join(folder, "state")}
        with open(BODY, encoding="utf-8") as file:
            body = json.load(file)
        for member in ("name", "boot_volume_attachment", "volume_attachments", "network_interfaces", "default_trusted_profile"):
            body.pop(member, None)
        body["primary_network_interface"].pop("primary_ip", None)
        body["metadata_service"] = {"enabled": True, "protocol": "https", "response_hop_limit": 2}
        with open(os.path.join(folder, "body.json"), "w", encoding="utf-8") as file:
            json.dump(body, file)
        with open(os.path.join(folder, "policy.yaml"), "w", encoding="utf-8") as file:
            file.write(POLICY)

    def close(self):
        self.sim.terminate()
        self.sim.wait()
        self.sim.stdout.close()

    def begin(self, words):
        """A command in a session of its own, as a terminal gives it one; what it printed is in `said`."""
        self.output = open(os.path.join(self.folder, "output"), "ab")  # pylint: disable=consider-using-with
        return subprocess.Popen([f"{self.build}/vpcmeta"] + words, stdin=subprocess.DEVNULL, stdout=self.output,
                                stderr=subprocess.STDOUT, env=self.environment, cwd=self.folder, start_new_session=True)

    def end(self, process, timeout=TIMEOUT_S):
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong(f"did not end within {timeout} s") from None
        finally:
            self.output.close()

    def run(self, words):
        return self.end(self.begin(words))

    def said(self):
        with open(os.path.join(self.folder, "output"), encoding="utf-8", errors="replace") as file:
            return file.read()[-1500:]

    def asked(self, words):
        result = subprocess.run([f"{self.build}/vpcmeta"] + words + ["-o", "json"], env=self.environment, cwd=self.folder,
                                stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
        self.complaints = result.stderr.decode(errors="replace")
        return json.loads(result.stdout) if result.stdout else None

    def newest_run(self):
        runs = (self.asked(["runs", "list"]) or {"items": []})["items"]
        return runs[0] if runs else None

    def state(self):
        with urllib.request.urlopen(self.base + "/_sim/state", timeout=TIMEOUT_S) as answer:
            return json.load(answer)

    def requests(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def requests_that_change(self):
        return [request for request in self.requests() if request["method"] != "GET" and request["path"] != "/identity/token"]


def picture(state, rolled):
    """What there is, by name instead of id. Members are counted, by the template they were made from where nothing was
    rolled: the new ones have new names."""
    names = {template["id"]: template["name"] for template in state["templates"]}
    members = collections.defaultdict(list)
    grouped = set()
    by_id = {instance["id"]: instance for instance in state["instances"]}
    for membership in state["memberships"]:
        instance = by_id.get(membership.get("instance"), {})
        grouped.add(instance.get("id"))
        template = instance.get("template") or membership.get("template")
        members[membership["group"]].append([instance.get("status"), "old" if rolled else names.get(template, "gone")])
    return {
        "servers": sorted([s["name"], s["status"], s["lifecycle_state"], s["enabled"], s["protocol"], s["response_hop_limit"],
                           s["profile"]] for s in state["instances"] if s["id"] not in grouped),
        "templates": sorted([t["name"], t["enabled"], t["protocol"], t["response_hop_limit"],
                             json.dumps(t["prototype"], sort_keys=True)] for t in state["templates"]),
        "groups": sorted([g["name"], names.get(g["template"]), g["status"], g["membership_count"], g["members"],
                          sorted(map(str, members[g["id"]]))] for g in state["groups"]),
    }


def accepted(requests, names):
    """How often each change that must not happen twice was accepted: creations and actions by name, deletions of each
    path once; deletions of members by group. `names`: of servers by id."""
    counts = collections.Counter()
    bodies = collections.defaultdict(set)
    for request in requests:
        path, method, body = request["path"], request["method"], request.get("body")
        if method == "PATCH" and "/instances/" in path:
            bodies[path].add(json.dumps(body, sort_keys=True))
        if not 200 <= request["status"] < 300 or path == "/identity/token":
            continue
        if method == "POST" and path.endswith("/actions"):
            counts[f"{body['type']} of {names.get(path.split('/')[3], path)}"] += 1
        elif method == "POST":
            counts[f"creation of {body['name']}"] += 1
        elif method == "DELETE" and "/memberships/" in path:
            counts[f"deletions of members of {path.split('/')[3]}"] += 1
        elif method == "DELETE":
            counts["deletions"] += 1
    twice = [path for path, changes in bodies.items() if len(changes) > 1]
    if twice:
        raise Wrong(f"{len(twice)} servers were sent two different changes: {bodies[twice[0]]}")
    return counts


def server_names(state):
    return {server["id"]: server["name"] for server in state["instances"]}


def settled(place, rolled, expected=None):
    """The picture once nothing passes any more (at most five seconds), or equals the expected one."""
    for _ in range(250):
        seen = picture(place.state(), rolled)
        text = json.dumps(seen)
        if (expected is None or seen == expected) and not any(f'"{s}"' in text for s in ("starting", "stopping", "pending")):
            break
        time.sleep(0.02)
    return seen


def count_changes(place):
    summary = (place.asked(["runs", "show", "last"]) or {}).get("summary", {})
    return {name: summary.get(name) for name in ("selected", "changed", "unchanged", "skipped", "failed", "unknown")}


class Undisturbed:
    """How an operation ends when nothing disturbs it."""

    def __init__(self, build, name, times):
        self.lengths = []
        for _ in range(times):
            with tempfile.TemporaryDirectory(prefix="moments.") as folder:
                place = prepared(build, name, folder)
                try:
                    names, before = server_names(place.state()), len(place.requests())
                    began = time.monotonic()
                    status = place.run(OPERATIONS[name][2] + ["-y"])
                    self.lengths.append(time.monotonic() - began)
                    if status != 0:
                        raise Wrong(f"{name}: undisturbed, it ends with {status}: {place.said()}")
                    self.picture = settled(place, name == "rollback of replace")
                    self.accepted = accepted(place.requests()[before:], names)
                    self.changes = count_changes(place)
                    if not self.changes["changed"]:
                        raise Wrong(f"{name}: undisturbed, it changes nothing: {place.said()}")
                finally:
                    place.close()
        self.length = statistics.median(self.lengths)


def prepared(build, name, folder):
    arguments, before, _ = OPERATIONS[name]
    place = Place(build, arguments, folder)
    try:
        writes = before is not None and before[0] != "plan"
        if before is not None and place.run(before + (["-y"] if writes else []) + ["-q"]) != 0:
            raise Wrong(f"{name}: its preparation failed: {place.said()}")
        if before is not None:
            settled(place, False)
    except BaseException:
        place.close()
        raise
    return place


class Moment:
    """One operation that is ended by a signal, resumed and compared."""

    def __init__(self, build, undisturbed, seed, number, only, quick):
        self.build, self.number = build, number
        self.random = random.Random(f"{seed}-{number}")
        self.operation = only or CYCLE[number % len(CYCLE)]
        self.base = self.random.choice(RESUMED) if self.operation == "resume" else self.operation
        self.undisturbed = undisturbed[self.base]
        turn = number if quick or only is not None else number // len(CYCLE)
        self.signal = SIGNALS[turn % len(SIGNALS)]
        self.statuses, self.resumes, self.reruns, self.sent = [], 0, 0, []
        self.late = False  # the run had ended before the signal came

    def strike(self, process, name, after, twice):
        """Sends the signal after that time; the exit status."""
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(getattr(signal, "SIG" + name))
            self.sent.append(f"{name}@{after:.3f}")
            if twice is not None:
                time.sleep(twice[1])
                process.send_signal(getattr(signal, "SIG" + twice[0]))
                self.sent.append(f"{twice[0]}+{twice[1]:.3f}")
        # a signal that comes before the command has begun to catch it ends the process itself: a shell sees the same
        status = self.place.end(process)
        status = status if status >= 0 else 128 - status
        self.statuses.append(status)
        return status

    def check_status(self, status, name, twice):
        """Whether that is how a run ends that got the signal."""
        allowed = {0, 128 + getattr(signal, "SIG" + name)}
        if twice is not None:
            allowed.add(128 + getattr(signal, "SIG" + twice[0]))
        if status not in allowed:
            raise Wrong(f"exit status {status} after {' '.join(self.sent)}: {self.place.said()}")

    def second_signal(self):
        return (self.random.choice(SIGNALS), self.random.uniform(0, 0.2)) if self.random.random() < 1 / 6 else None

    def end_at_a_moment(self, words, name, length):
        after, twice = self.random.uniform(0, length), self.second_signal()
        status = self.strike(self.place.begin(words), name, after, twice)
        self.check_status(status, name, twice)
        if name != "KILL" and twice is None and status == 128 + getattr(signal, "SIG" + name):
            self.check_nothing_down()
        return status

    def check_nothing_down(self):
        """A run that was asked to end leaves no server down."""
        if "restart" in self.base:
            down = [s for s in settled(self.place, False)["servers"] if s[1] != "running"]
            if down:
                raise Wrong(f"{len(down)} servers are down after {' '.join(self.sent)}, first {down[0]}: {self.place.said()}")

    def is_recorded(self):
        """Whether the newest run is this operation's."""
        run = self.place.newest_run()
        return run is not None and run["run"] != self.prepared_run

    def run_to_the_end(self):
        words = OPERATIONS[self.base][2] + ["-y"]
        length = self.undisturbed.length
        first = self.signal if self.operation != "resume" else self.random.choice(SIGNALS)
        self.end_at_a_moment(words, first, length * (0.8 if self.operation == "resume" else 1))
        self.late = not self.sent
        signals = [self.signal] if self.operation == "resume" else []
        while self.random.random() < 0.25:
            signals.append(self.random.choice(SIGNALS))
        while True:
            if not self.is_recorded():
                if len(self.place.requests_that_change()) != self.changes_before:
                    raise Wrong("a change was sent by a run that is not recorded")
                again = words
                self.reruns += 1
            elif self.place.newest_run()["state"] == "done" and self.statuses[-1] == 0:
                return
            else:
                if self.base.startswith("apply"):
                    self.check_interrupted()
                again = ["runs", "resume", "last", "-y"]
                self.resumes += 1
            if self.resumes + self.reruns > RESUMES_MAX:
                raise Wrong(f"{RESUMES_MAX} resumes do not finish it: {self.place.said()}")
            if signals:
                self.end_at_a_moment(again, signals.pop(0), length)
                continue
            status = self.place.run(again)
            self.statuses.append(status)
            if status != 0:
                raise Wrong(f"{' '.join(again[:2])} ends with {status}: {self.place.said()}")

    def check_interrupted(self):
        """A plan names the run for as long as there is something to do."""
        run = self.place.newest_run()
        plan = self.place.asked(PLAN)
        if run["state"] == "interrupted" and plan["summary"]["would_change"] > 0 and run["run"] not in self.place.complaints:
            raise Wrong(f"a plan with changes does not name the run that was interrupted: {self.place.complaints}")

    def compare(self):
        rolled = self.base == "rollback of replace"
        seen = settled(self.place, rolled, self.undisturbed.picture)
        for what, expected in self.undisturbed.picture.items():
            if seen[what] != expected:
                wrong = [item for item in seen[what] if item not in expected], [i for i in expected if i not in seen[what]]
                raise Wrong(f"{what} are not those of an undisturbed run: {str(wrong)[:1500]}")
        counts = accepted(self.place.requests()[self.requests_before:], self.names)
        if counts != self.undisturbed.accepted:
            more, less = counts - self.undisturbed.accepted, self.undisturbed.accepted - counts
            raise Wrong(f"accepted more often: {dict(more)}, less often: {dict(less)}")
        changes = count_changes(self.place)
        if changes != self.undisturbed.changes:
            raise Wrong(f"the record says {changes}, undisturbed {self.undisturbed.changes}")
        if self.base.startswith("apply"):
            self.check_policy()

    def check_policy(self):
        """What the policy wants is there: nothing is found, nothing is left to plan, and the plan changes nothing again."""
        before = len(self.place.requests_that_change())
        for words in (["audit"] + PLAN[1:], PLAN + ["--exit-code"], OPERATIONS[self.base][2] + ["-y"]):
            status = self.place.run(words)
            if status != 0:
                raise Wrong(f"afterwards {' '.join(words)} ends with {status}: {self.place.said()}")
        self.place.asked(PLAN)
        if "interrupted" in self.place.complaints:
            raise Wrong(f"a run that is done is called interrupted: {self.place.complaints}")
        if len(self.place.requests_that_change()) != before:
            raise Wrong("the same plan again has sent a change")

    def play(self):
        """None, or what is wrong."""
        folder = tempfile.mkdtemp(prefix=f"moments.{self.number}.")
        try:
            self.place = prepared(self.build, self.base, folder)
            try:
                run = self.place.newest_run()
                self.prepared_run = run["run"] if run else None
                self.names = server_names(self.place.state())
                self.requests_before = len(self.place.requests())
                self.changes_before = len(self.place.requests_that_change())
                self.run_to_the_end()
                self.compare()
            finally:
                self.place.close()
        except Wrong as wrong:
            return f"{wrong} (kept: {folder})"
        shutil.rmtree(folder)
        return None


def report(moments):
    print(f"{'operation':20s} {'moments':>7s} " + " ".join(f"{name:>4s}" for name in SIGNALS) +
          f" {'too late':>8s} {'resumed':>7s} {'more than once':>14s}")
    rows = collections.defaultdict(list)
    for moment in moments:
        rows[moment.operation].append(moment)
    for name, of_it in list(rows.items()) + [("all", moments)]:
        print(f"{name:20s} {len(of_it):7d} " +
              " ".join(f"{sum(m.signal == s for m in of_it):4d}" for s in SIGNALS) +
              f" {sum(m.late for m in of_it):8d} {sum(m.resumes > 0 for m in of_it):7d} {sum(m.resumes > 1 for m in of_it):14d}")
    statuses = collections.Counter(status for moment in moments for status in moment.statuses)
    print("exit statuses: " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("build")
    parser.add_argument("--moments", type=int, default=500)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--operation", choices=CYCLE)
    parser.add_argument("--only", type=int)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    # a shell ignores these in what it starts in the background, and commands would inherit that
    for name in ("INT", "HUP"):
        signal.signal(getattr(signal, "SIG" + name), lambda *_: sys.exit(1))
    build = os.path.abspath(options.build)
    numbers = range(options.moments) if options.only is None else [options.only]
    kinds = {options.operation or CYCLE[number % len(CYCLE)] for number in numbers}
    bases = [name for name in OPERATIONS if name in kinds or ("resume" in kinds and name in RESUMED)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        undisturbed = dict(zip(bases, pool.map(lambda name: Undisturbed(build, name, 1 if options.quick else 2), bases)))
        print("undisturbed: " + ", ".join(f"{name} {one.length:.2f} s" for name, one in undisturbed.items()), flush=True)
        moments = [Moment(build, undisturbed, options.seed, number, options.operation, options.quick) for number in numbers]
        failures = 0
        for moment, wrong in zip(moments, pool.map(Moment.play, moments)):
            if wrong is not None:
                failures += 1
                print(f"FAILED seed {options.seed} number {moment.number}: {moment.operation}"
                      f"{'' if moment.operation == moment.base else ' of ' + moment.base}: {' '.join(moment.sent)}: {wrong}", flush=True)
    report(moments)
    print(f"{len(moments)} moments, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
