#!/usr/bin/env python3
"""A proxy between vpcmeta and vpcsim that spoils answers, and a user who works through it: nothing may break but a command.

    mutating_proxy.py BUILD-FOLDER [--seconds N] [--seed N] [--share 0..1]

Requests reach the simulator as they were sent; SHARE of the answers (and of those of IAM) are changed in one to three
ways on the way back: bytes, JSON values and members, headers, status, framing, the answer of another request. Meant
for a build with sanitizers (make asan). After every command these must hold, or it is shown and kept in the folder that
is printed, with the raw answers:

  - it ended by itself, in time, with a documented exit status, and no sanitizer has complained;
  - JSON that was asked for is one valid value and, of a command that writes, the object of cli.md whose rows add up
    to its summary;
  - no request was sent that changes another server than the ones selected, and no request left without a token.

The seed decides the commands and what is changed; answers that arrive in another order change it.
"""
import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

KEY = "vpcsim-api-key"
SERVERS = 60
COMMAND_S = 90  # with sanitizers; the commands end themselves by --deadline 20
STATUSES = {0, 1, 2, 3, 4, 5, 6, 7, 8}
WORDS = [b"", b"null", b"[]", b"{}", b'""', b"-1", b"1e999", b"18446744073709551616", b"true", b'"\\ud800"', b'"\\u0000"',
         b'"a\\u001b[2Jb"', b'"' + b"x" * 70000 + b'"', b"[" * 600 + b"]" * 600, b'"\xff\xfe"', b'"../../etc"', b'"0717_1"']
HEADERS = [b"Retry-After: -1", b"Retry-After: 0", b"Retry-After: 99999999999999999999", b"Content-Encoding: gzip",
           b"Content-Encoding: br", b"Content-Type: text/html", b"ETag: ", b'ETag: "' + b"e" * 9000 + b'"', b"ETag: *",
           b"Date: Thu, 01 Jan 1970 00:00:00 GMT", b"X-RateLimit-Remaining: -5", b"X-RateLimit-Limit: 0",
           b"X-RateLimit-Reset: 1e30", b"Location: http://127.0.0.1:1/v1", b"X-Request-Id: \x1b[31m\xff", b"Connection: close",
           b"Transfer-Encoding: chunked", b"Set-Cookie: a=b", b"A" * 20000 + b": b", b"no colon", b"\x00: x"]
STATUS_LINES = [b"HTTP/1.1 200 OK", b"HTTP/1.1 204 No Content", b"HTTP/1.1 401 Unauthorized", b"HTTP/1.1 404 Not Found",
                b"HTTP/1.1 409 Conflict", b"HTTP/1.1 412 Precondition Failed", b"HTTP/1.1 429 Too Many Requests",
                b"HTTP/1.1 500 Oops", b"HTTP/1.1 503 Busy", b"HTTP/1.1 302 Found", b"HTTP/1.1 999 ?", b"HTTP/1.1 100 Continue",
                b"HTTP/9.9 200 OK", b"HTTP/1.1 -5 x", b"ICY 200 OK", b"SSH-2.0-OpenSSH", b""]


# --- one answer -------------------------------------------------------------------------------------------------------

def spoil_value(value, rng, depth=0):
    """Changes one place of a JSON value; returns the new value."""
    if isinstance(value, dict) and value and (depth == 0 or rng.random() < 0.9):
        key = rng.choice(list(value))
        how = rng.random()
        if how < 0.10:
            del value[key]
        elif how < 0.15:
            value[rng.choice(["", "id", "errors", "next", "metadata_service", "x" * 300])] = value.pop(key)
        elif how < 0.20:
            value[key] = value[rng.choice(list(value))]
        else:
            value[key] = spoil_value(value[key], rng, depth + 1)
        return value
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        how = rng.random()
        if how < 0.15:
            del value[at]
        elif how < 0.30:
            value.insert(rng.randrange(len(value) + 1), value[at])
        else:
            value[at] = spoil_value(value[at], rng, depth + 1)
        return value
    if isinstance(value, str) and rng.random() < 0.5:
        at = rng.randrange(len(value) + 1)
        return value[:at] + rng.choice(["\x00", "\x1b[1m", "\u202e", "é", "%s", "/../", value, "\"", "\ud800"]) + value[at:]
    return rng.choice([None, True, False, 0, -1, 65, 2**63, 1e300, "", "x" * 5000, [], {}, [None], {"id": 7}, "https", "http"])


def spoil_bytes(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(data) + 1)
        length = min(rng.choice([1, 2, 16, 400]), len(data) - at)
        how = rng.randrange(5)
        if how == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif how == 1:
            del data[at:at + length]
        elif how == 2:
            data[at:at] = data[at:at + length]
        elif how == 3:
            data[at:at] = rng.randbytes(length or 1)
        else:
            data[at:at] = rng.choice(WORDS)
    return bytes(data)


def spoil_body(body, rng):
    if rng.random() < 0.75:
        try:
            value = json.loads(body)
            for _ in range(rng.choice([1, 1, 2, 5])):
                value = spoil_value(value, rng)
            return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
        except ValueError:
            pass
    return spoil_bytes(body, rng)


def spoil(head, body, earlier, rng):
    """head: status line and headers without the empty line. Returns (bytes to send, close afterwards)."""
    lines = head.split(b"\r\n")
    close, length = False, None
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        how = rng.random()
        if how < 0.50:
            body = spoil_body(body, rng)
        elif how < 0.60:
            lines.insert(rng.randrange(1, len(lines) + 1), rng.choice(HEADERS))
        elif how < 0.70:
            lines[0] = rng.choice(STATUS_LINES)
        elif how < 0.78 and earlier:
            body = rng.choice(earlier)
        elif how < 0.84:
            body, close = body[:rng.randrange(len(body) + 1)], True
            length = len(body) + rng.choice([0, 1, 5000])
        elif how < 0.88:
            length = rng.choice([0, 1, len(body) + 1, 2**40, -1])
            close = True
        elif how < 0.92:
            body = rng.choice([b"", b"\n", b"<html>down</html>", b"null", b"[]", body + body, b"\xef\xbb\xbf" + body])
        elif how < 0.96:
            lines = [spoil_bytes(b"\r\n".join(lines), rng).replace(b"\r\n\r\n", b"\r\n")]
            close = True
        else:
            return rng.choice([b"", rng.randbytes(40), b"\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 50]), True
    kept = [line for line in lines if not line.lower().startswith((b"content-length:", b"connection: close"))]
    kept.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join(kept) + b"\r\n\r\n" + body, close


# --- the proxy --------------------------------------------------------------------------------------------------------

def read_message(stream):
    """One HTTP/1.1 message with a Content-Length, or chunked: (head, body), or None at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(65536)
        if not line:
            return None
        head += line
    head = head[:-4]
    low = head.lower()
    if b"transfer-encoding: chunked" in low:
        body = b""
        while True:
            size = int(stream.readline().split(b";")[0], 16)
            body += stream.read(size)
            stream.readline()
            if size == 0:
                break
        head = b"\r\n".join(l for l in head.split(b"\r\n") if not l.lower().startswith(b"transfer-encoding"))
        return head, body
    at = low.find(b"\r\ncontent-length:")
    size = int(low[at + 17:].split(b"\r\n")[0]) if at >= 0 else 0
    return head, stream.read(size)


class Proxy:
    def __init__(self, target, seed, share):
        self.target, self.share = target, share
        self.lock = threading.Lock()
        self.rng = random.Random(seed)
        self.earlier, self.log = [], []
        self.spoiled = 0
        self.on = True
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with client, socket.create_connection(("127.0.0.1", self.target)) as server:
                from_client, from_server = client.makefile("rb"), server.makefile("rb")
                while True:
                    request = read_message(from_client)
                    if request is None:
                        return
                    server.sendall(request[0] + b"\r\n\r\n" + request[1])
                    answer = read_message(from_server)
                    if answer is None:
                        return
                    data, close = self.answer(request, *answer)
                    client.sendall(data)
                    if close:
                        return
        except (OSError, ValueError):
            pass

    def answer(self, request, head, body):
        with self.lock:
            rng = random.Random(self.rng.random())
            earlier = list(self.earlier)
            if len(self.earlier) < 40:
                self.earlier.append(body)
            else:
                self.earlier[rng.randrange(40)] = body
            spoiled = self.on and rng.random() < self.share
            if spoiled:
                self.spoiled += 1
        if spoiled:
            data, close = spoil(head, body, earlier, rng)
        else:
            chunked = b"content-length:" not in head.lower() and b" 204 " not in head
            data, close = head + (b"\r\nContent-Length: %d" % len(body) if chunked else b"") + b"\r\n\r\n" + body, False
        with self.lock:
            self.log.append((request, spoiled, data))
        return data, close


# --- the user ---------------------------------------------------------------------------------------------------------

def commands(rng, names, count):
    """One command: (arguments, the names it may change or None where it changes nothing)."""
    some = rng.sample(names, rng.randint(1, 20))
    setting = rng.choice([["--enabled", "true"], ["--enabled", "false"], ["--protocol", rng.choice(["http", "https"])],
                          ["--hop-limit", str(rng.randint(1, 64))],
                          ["--enabled", "true", "--protocol", "https", "--hop-limit", "2"]])
    output = rng.choice(["json", "json", "json", "table", "csv", "yaml", "jsonl"])
    read = [
        ["instance", "list"], ["instance", "list", "--trusted-profile-details"], ["instance", "show", *some[:2]],
        ["instance", "show", some[0], "--as-body"], ["template", "list"], ["group", "list"], ["bare-metal", "list"],
        ["audit"], ["instance", "list", "--where", '.status == "running"'], ["runs", "list"], ["runs", "show", "last"],
        ["instance", "list", "--vpc", "vpc-prod"], ["instance", "list", "--region", "all"], ["doctor"], ["auth", "status"],
    ]
    write = [
        (["instance", "set", *some, *setting, "-y"], some), (["instance", "set", "--all", *setting, "-y"], None),
        (["instance", "set", *some, *setting, "--restart", "needed", "-y"], some),
        (["instance", "set", *some, *setting, "--guard", "list", "-y"], some),
        (["instance", "set", "--all", *setting, "--dry-run"], []), (["instance", "restart", *some[:4], "-y"], some),
        (["bare-metal", "set", "--all", *setting, "-y"], []),
        (["template", "replace", "--all", *setting, "--update-groups", "--name-suffix", f"-{count}", "-y"], None),
        (["template", "create", "--source-template", "tpl-web-001", "--name", f"tpl-{count}", *setting, "-y"], []),
        (["instance", "create", "--template", "tpl-web-001", "--name", f"new-{count}-{{}}", "--count", "3", *setting, "-y"], []),
        (["runs", "resume", "last", "-y"], None), (["runs", "retry", "last", "-y"], None), (["runs", "rollback", "last", "-y"], None),
        (["runs", "prune", "--older-than", "1h", "-y"], []),
    ]
    if rng.random() < 0.35:
        return [*rng.choice(read), "-o", output], []
    arguments, changes = rng.choice(write)
    return [*arguments, "-o", output], changes


def check(result, arguments, changed_paths, allowed):
    """What is wrong with a command that has ended, or None."""
    stderr = result.stderr.decode("utf-8", "replace")
    if "Sanitizer" in stderr or "runtime error:" in stderr or "Assertion" in stderr:
        return "a sanitizer or an assertion complained"
    if result.returncode not in STATUSES:
        return f"it ended with {result.returncode}"
    if result.returncode and not stderr and not result.stdout:
        return "it failed without a word"
    if arguments[-1] == "json" and result.stdout:
        try:
            value = json.loads(result.stdout)
        except ValueError as error:
            return f"the output is not JSON: {error}"
        if isinstance(value, dict) and "summary" in value and "results" in value:
            outcomes = [row["outcome"].replace("would_change", "changed") for row in value["results"]]
            for name in ("changed", "unchanged", "skipped", "failed", "unknown"):
                if value["summary"][name] != outcomes.count(name):
                    return f"summary and rows differ about {name}"
    if allowed is not None and not changed_paths <= allowed:
        return f"it changed what was not selected: {sorted(changed_paths - allowed)[:5]}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.08)
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    folder = tempfile.mkdtemp(prefix="mutating-proxy.")
    log = os.path.join(folder, "requests.jsonl")
    simulator = subprocess.Popen(
        [os.path.join(build, "vpcsim"), "--port", "0", "--log", log, "--instances", str(SERVERS), "--transition-ms", "20",
         "--api-key", KEY], stdout=subprocess.PIPE)
    port = int(simulator.stdout.readline().decode().strip().rsplit(":", 1)[1].removesuffix("/v1"))
    proxy = Proxy(port, options.seed, options.share)
    base = f"http://127.0.0.1:{proxy.port}"
    environment = {
        "HOME": folder, "PATH": os.environ["PATH"], "VPC_URL": base + "/v1", "VPC_APIKEY": KEY, "IBMCLOUD_IAM_API_ENDPOINT": base,
        "ASAN_OPTIONS": "abort_on_error=0:exitcode=99:detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1", "LC_ALL": "C.UTF-8"}
    state = json.loads(http_get(port, "/_sim/state"))
    ids = {server["name"]: server["id"] for server in state["instances"]}
    rng = random.Random(options.seed)
    end, count, bad = time.monotonic() + options.seconds, 0, 0
    statuses = {}
    while time.monotonic() < end:
        count += 1
        arguments, changes = commands(rng, list(ids), count)
        line = [os.path.join(build, "vpcmeta"), *arguments, "--no-input", "--timeout", "2", "--deadline", "20"]
        proxy.log.clear()
        try:
            result = subprocess.run(line, env=environment, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL,
                                    timeout=COMMAND_S, check=False)
            wrong = check(result, arguments, patched(proxy.log), None if changes is None else {ids[n] for n in changes if n in ids})
        except subprocess.TimeoutExpired as error:
            result = subprocess.CompletedProcess(line, -1, error.stdout or b"", error.stderr or b"")
            wrong = f"it did not end within {COMMAND_S} s"
        if simulator.poll() is not None:
            wrong = f"the simulator ended with {simulator.returncode}"
        statuses[result.returncode] = statuses.get(result.returncode, 0) + 1
        if wrong is not None:
            bad += 1
            keep(folder, count, arguments, result, proxy.log, wrong)
            if simulator.poll() is not None:
                break
    simulator.send_signal(signal.SIGTERM)
    print(f"{count} commands, {proxy.spoiled} spoiled answers, exit statuses {dict(sorted(statuses.items()))}, {bad} wrong"
          + (f": {folder}" if bad else ""))
    if not bad:
        shutil.rmtree(folder)
    sys.exit(1 if bad else 0)


def patched(log):
    """The ids of the instances that requests wanted to change."""
    changed = set()
    for (head, _), _, _ in log:
        method, path = head.split(b"\r\n")[0].decode().split(" ")[:2]
        parts = path.split("?")[0].split("/")
        if method != "GET" and len(parts) > 3 and parts[2] == "instances":
            changed.add(parts[3])
    return changed


def keep(folder, count, arguments, result, log, wrong):
    print(f"command {count}: {wrong}\n  vpcmeta {' '.join(arguments)}", flush=True)
    with open(os.path.join(folder, f"{count}.txt"), "wb") as out:
        out.write(f"{wrong}\n{arguments}\n".encode() + b"--- stdout\n" + result.stdout + b"\n--- stderr\n" + result.stderr)
        for (head, body), spoiled, data in log:
            out.write(b"\n--- request\n" + head + b"\n" + body + (b"\n--- answer, spoiled\n" if spoiled else b"\n--- answer\n") + data)


def http_get(port, path):
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return read_message(server.makefile("rb"))[1]


if __name__ == "__main__":
    main()
