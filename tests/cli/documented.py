#!/usr/bin/env python3
"""Runs what the documentation prints, in order, as a reader would: in one folder, with a home of its own, at a terminal.

    documented.py readme|help|topics BUILD-FOLDER

`readme` is every `sh` block of README.md, `help` every example of `vpcmeta help --json`, `topics` every `sh` block of the
manual, each topic in a new folder with a new simulator; the latter two after the commands of the topic `simulator` that
start one. The reader answers y to questions. A command must end as expected (0; 3 with findings)
and, unless its output goes elsewhere, print what is expected of it.
"""
import json
import multiprocessing
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIME_S = 30

# Lines that a test cannot run as they are printed, with the reason. Everything else is run.
NOT_RUN = {
    "vpcmeta schema check --as instance_patch -": "a body is typed into it",
    "vpcmeta schema check --schema pet.json --map https://example.org=./schemas rex.json": "any schema of the reader's",
    "vpcmeta instance list --auth vpc": "on a server that a trusted profile is linked to (auth_vpc.bats does)",
    "VPC_IAM_PROFILE_NAME=fleet vpcmeta instance list --auth container": "in a container",
    "vpcmeta template replace tpl-web-001 --enabled true": "an example of `template set`, shown when it is refused",
}

# Lines that take minutes: they are run with this behind them.
ADDED = {"vpcmeta instance restart --vpc vpc-prod --max-unavailable 10%": " --dry-run",
         "vpcmeta instance restart --all --max-unavailable 10%": " --dry-run"}

# Behind a probe: the control plane of the server that server_lines() starts.
PROBED = " --endpoint $IBMCLOUD_CR_VPC_URL/v1 --iam-url $IBMCLOUD_CR_VPC_URL"

# What the reader types, by the beginning of the line: each text once the output ends with its prompt.
TYPED = {
    "cat > ~/.vpcmeta-key": [("", "vpcsim-api-key\n\x04")],
    "vpcmeta --region eu-de shell": [("> $", "instance show web-0001\n"), ("> $", "exit\n")],
}

# Files that an example of help alone presupposes: made by a command of the documentation, too.
BEFORE = {
    "vpcmeta apply change.plan --dry-run": "vpcmeta plan --policy policy.yaml --out change.plan",
    "vpcmeta plan --policy policy.yaml --out change.plan":
        "printf 'version: 1\\nrules:\\n  - {name: web, where: {name: [\"web-*\"]}, metadata_service: {protocol: https}}\\n' > "
        "policy.yaml",
    "vpcmeta audit --policy policy.yaml --fail-on high": "vpcmeta policy example > policy.yaml",
    "vpcmeta schema check web-17.json": "vpcmeta instance show web-0001 --as-body > web-17.json",
    "vpcmeta shell -f change.txt --on-error continue": "echo 'instance set web-0003 --enabled true --yes' > change.txt",
    "vpcmeta metadata certificate --csr request.pem > chain.pem":
        "openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -subj /O=Example -out request.pem",
    "vpcmeta runs rollback last web-0001 web-0002": "vpcmeta instance set web-0001 web-0002 --hop-limit 3 --yes",
    "vpcmeta completion bash > ~/.local/share/bash-completion/completions/vpcmeta":
        "mkdir -p ~/.local/share/bash-completion/completions",
    "vpcmeta completion zsh > ~/.zfunc/_vpcmeta": "mkdir -p ~/.zfunc",
    "vpcmeta completion fish > ~/.config/fish/completions/vpcmeta.fish": "mkdir -p ~/.config/fish/completions",
}

# (pattern of the line, exit status or None for any of 0 and 3, pattern of the output); the first that fits counts.
EXPECTED = [
    (r"interrupted|help --check", None, None),
    (r"vpcmeta plan .*--exit-code", 3, r"next: vpcmeta apply"),
    (r"vpcmeta plan show .*-o json", 0, r'"would_change"'),
    (r"vpcmeta plan ", 0, r"next: vpcmeta apply|no changes needed"),
    (r"metadata probe .*-o json", None, r'"control_plane",\s+"result": "pass"'),
    (r"metadata probe", None, r"control_plane +pass"),
    (r"audit trend", 0, None),
    (r"audit prune", 0, None),
    (r"audit .*--since .*--jq", None, None),
    (r"audit .*--fail-on-new", 0, r"none\s+of them new"),
    (r"audit .*--since", 3, r"(Since audit|Nothing to compare)"),
    (r"audit --policy policy.yaml", None, r"exit status [03]: "),
    (r"audit --list-rules", 0, r"enabled-over-http"),
    (r"audit .*--report \S+=- \| jq", 0, r"metadata service enabled over http"),
    (r"audit .*findings\[\]\.fix", None, r"^$|vpcmeta (instance|bare-metal) set \S+ .*--protocol https"),
    (r"audit .*-o csv$", 3, r"rule,severity,kind"),
    (r"audit .*--jq", 3, r"http"),
    (r"\baudit\b.*>", 3, None),
    (r"\baudit\b", 3, r"(?s)SEVERITY.*Recommended fixes"),
    (r"list --where|list --vpc .*--where|list --name 'web|list --status stopped", 0, r"web-\d+"),
    (r"instance list --sort", 0, r"(api|web|db|worker|batch|legacy|cache)-\d+"),
    (r"instance list --jq .*group_by", 0, r'"https": ?\d+'),
    (r"set .*--jq .summary", 0, r'"failed": ?0'),
    (r"instance list .*>", 0, None),
    (r"instance list", 0, r"api-\d+"),
    (r"instance show.*>|template show.*>|bare-metal show.*>", 0, None),
    (r"(instance|bare-metal) set .*--dry-run", 0, r"nothing was changed|would change"),
    (r"(instance|bare-metal) set .*-o json", 0, r'"summary"'),
    (r"(instance|bare-metal) set ", 0, r"selected: .* 0 failed"),
    (r"instance create .*--dry-run", 0, r'"metadata_service"'),
    (r"create .*-o json", 0, r'"changed": ?2'),
    (r" create ", 0, r"created"),
    (r"schema check", 0, r"valid"),
    (r"doctor", 0, r"us-south|ok"),
]


def plain(output):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode(errors="replace")).replace("\r", "")


def documented_lines(*path):
    text = open(os.path.join(ROOT, *path), encoding="utf-8").read()
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.M | re.S):
        for line in re.sub(r"\\\n *", "", block).splitlines():
            if line.strip():
                yield line.strip()


def topic_lines(name):
    return list(documented_lines("cmd", "vpcmeta", "manual", f"{name}.md"))


def start_lines():
    """The simulator and the variables that name it."""
    return topic_lines("simulator")[:4]


def server_lines():
    """The simulator of a server with the metadata service on and a default trusted profile, and its metadata service."""
    there = "--endpoint http://127.0.0.1:8089/v1 --iam-url http://127.0.0.1:8089"
    yield "vpcsim --port 8089 --instances 1 --mix plain --metadata-instance self"
    yield f"vpcmeta instance show web-0001 --as-body {there} > self.json"
    yield (f"vpcmeta instance create -f self.json --name self --enabled true --protocol http --auto-link true {there} "
           "--trusted-profile Profile-7dd5ae61-4a0a-4d9a-a4f4-4c0d4ee0a7a2")
    yield "export IBMCLOUD_CR_VPC_URL=http://127.0.0.1:8089"


def help_lines(build):
    yield from start_lines()
    yield from server_lines()
    table = json.loads(subprocess.run([f"{build}/vpcmeta", "help", "--json"], check=True, capture_output=True).stdout)
    for command in table["commands"]:
        for example in command["examples"]:
            yield example["line"]


class Reader:
    """A terminal, a folder and a home; variables that a line exports stay."""

    def __init__(self, build, folder):
        keep = {name: os.environ[name] for name in ("LANG", "LC_ALL", "ASAN_OPTIONS") if name in os.environ}
        self.environment = {**keep, "PATH": f"{build}:{os.environ['PATH']}", "HOME": folder, "TERM": "xterm"}
        self.folder = folder
        self.ports = {}  # of the simulators that run, by the one that is printed
        self.servers = []

    def start(self, line):
        """A simulator, at a port of its own choice."""
        words = re.sub(r"--port \d+", "--port 0", line).split()
        server = subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.servers.append(server)
        listens = re.search(r"listening.*:(\d+)/v1", server.stdout.readline())
        if listens is None:
            raise SystemExit(f"does not start: {line}")
        self.ports[re.search(r"--port (\d+)", line)[1]] = listens[1]

    def run(self, line, typed=()):
        """(exit status, output) of the line; typed: (prompt, text)s."""
        typed = list(typed)
        keep = os.path.join(self.folder, ".exported")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            script = f"{line}\nstatus=$?\nexport -p > {keep}\nexit $status"
            os.execvpe("bash", ["bash", "--noprofile", "--norc", "-c", script], self.environment)
        output, answered, end = b"", 0, time.monotonic() + TIME_S
        while time.monotonic() < end:
            if typed and re.search(typed[0][0], plain(output)):
                os.write(terminal, typed.pop(0)[1].encode())
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            output += part
            asked = re.findall(rb"\[y/N\]|type the number", output)
            if len(asked) > answered:
                answered = len(asked)
                number = re.findall(rb"(\d+) [a-z ]+(?: of \d+)? will", output)
                os.write(terminal, (number[-1] if asked[-1] != b"[y/N]" else b"y") + b"\n")
        else:
            os.kill(pid, 9)
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if os.path.exists(keep):
            for name, value in re.findall(r'^declare -x (\w+)="(.*)"$', open(keep, encoding="utf-8").read(), re.M):
                if name.startswith(("IBM", "IC_")):
                    self.environment[name] = value
        return status, plain(output)

    def close(self):
        for server in self.servers:
            server.terminate()
            server.wait()


def judge(line, status, output, folder):
    """What is wrong with how the line ended; None: nothing."""
    command = re.sub(r"\s+#.*", "", line)
    for pattern, wanted, words in EXPECTED:
        if command.startswith("vpcmeta") and re.search(pattern, command):
            break
    else:
        wanted, words = 0, None
    if status not in ((0, 3) if wanted is None else (wanted,)):
        return f"status {status} instead of {wanted}"
    if words is not None and re.search(words, output) is None:
        return f"no {words} in its output"
    target = re.search(r"> *(\S+)$", command)
    path = os.path.join(folder, target.group(1).replace("~/", "")) if target else None
    if path and path != os.devnull and os.path.getsize(path) == 0:
        return f"{path} is empty"
    return None if path or output or wanted is None or not command.startswith("vpcmeta") else "no output"


def readings(what, build):
    """Lists of lines, each of which is read from the beginning."""
    if what == "readme":
        return [list(documented_lines("README.md"))]
    if what == "help":
        return [list(help_lines(build))]
    names = subprocess.run([f"{build}/vpcmeta", "help", "--topics"], check=True, capture_output=True, text=True).stdout.split()
    return [(start_lines() if name != "simulator" else []) + topic_lines(name) for name in names if topic_lines(name)]


def read(lines, build):
    """How many of the lines do not do what they are for."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(build, folder)
        for line in lines:
            if line in NOT_RUN:
                continue
            shown = line
            for printed, port in reader.ports.items():
                line = line.replace(printed, port)
            if line.startswith("vpcsim "):
                # a smaller and faster one of the same names
                line = line.replace("1000", "120") + " --transition-ms 5"
                reader.start(line)
                continue
            if shown in BEFORE:
                reader.run(BEFORE[shown])
            typed = next((steps for begin, steps in TYPED.items() if line.startswith(begin)), ())
            added = PROBED if line.startswith("vpcmeta metadata probe") else ADDED.get(shown, "")
            status, output = reader.run(line + added, typed)
            wrong = judge(line, status, output, folder)
            if wrong:
                bad += 1
                print(f"{shown}\n    {wrong}\n    {output[-700:]!r}")
        reader.close()
    return bad


def main():
    what, build = sys.argv[1], os.path.abspath(sys.argv[2])
    every = readings(what, build)
    with multiprocessing.Pool(min(4, len(every))) as readers:  # they wait more than they work
        bad = sum(readers.starmap(read, [(lines, build) for lines in every]))
    count = sum(map(len, every))
    print(f"{count} lines, {bad} bad")
    return 1 if bad or count < 15 else 0


sys.exit(main())
