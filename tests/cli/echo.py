#!/usr/bin/env python3
"""A server that repeats the secrets it is sent, and the search for them.

    echo.py serve UPSTREAM-PORT MODE-FILE SECRETS-FILE   before a vpcsim; prints its own port. MODE-FILE has three words:
                    METHOD|any  WHERE  FORM. WHERE: pass, error, html, text, headers, name, odd, location, number
                    (of the API), iam-error, iam-html, iam-text, iam-odd; what it was sent is added to SECRETS-FILE
    echo.py search SECRETS-FILE FILE|FOLDER...           fails when any of the files has a part of a secret in any form
    echo.py forms                                        the names of the forms
"""
import base64
import html
import http.client
import http.server
import json
import os
import re
import sys
import urllib.parse

SIM_KEY = "vpcsim-api-key"
PART = 12
MARK = "@@ECHO@@"


def quoted(byte):
    return "%%%02x" % byte


FORMS = {
    "plain": lambda s: s,
    "upper": str.upper,
    "lower": str.lower,
    "part": lambda s: s[3:3 + PART],
    "percent": lambda s: urllib.parse.quote(s, safe=""),
    "percents": lambda s: "".join(quoted(b) for b in s.encode()),
    "twice": lambda s: urllib.parse.quote("".join(quoted(b) for b in s.encode()), safe=""),
    "json": lambda s: "".join("\\u%04x" % ord(c) for c in s),
    "html": lambda s: "".join("&#x%x;" % ord(c) if i % 2 else "&#%d;" % ord(c) for i, c in enumerate(s)),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64-1": lambda s: base64.b64encode(b"x" + s.encode()).decode(),
    "base64-2": lambda s: base64.urlsafe_b64encode(b"xy" + s.encode()).decode(),
    "header": lambda s: "Authorization: Bearer " + s,
}


def secrets_of(headers, body):
    """What a request holds: the last words of credentials, passwords of Basic, the key of a form."""
    found = []
    for name in ("Authorization", "Proxy-Authorization"):
        value = headers.get(name)
        if value is None:
            continue
        found.append(value.split(" ")[-1])
        if value.startswith("Basic "):
            found.append(base64.b64decode(found[-1]).decode().split(":", 1)[1])
    found += urllib.parse.parse_qs(body.decode("latin-1")).get("apikey", [])
    return found


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.upstream)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
        if self.path.endswith("/identity/token"):
            headers.pop("Authorization", None)
            body = re.sub(rb"apikey=[^&]*", b"apikey=" + SIM_KEY.encode(), body)
            headers["Content-Length"] = str(len(body))
        connection.request(self.command, self.path, body or None, headers)
        reply = connection.getresponse()
        kept = {k: v for k, v in reply.getheaders() if k.lower() in ("content-type", "etag", "x-request-id")}
        return reply.status, kept, reply.read()

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = secrets_of(self.headers, body)
        with open(self.server.secrets, "a") as out:
            out.write("".join(s + "\n" for s in seen))
        method, where, form = open(self.server.mode).read().split()
        is_iam = self.path.endswith("/identity/token")
        if method not in ("any", self.command) or where.startswith("iam-") != is_iam or where == "pass" or not seen:
            return self.answer(*self.forward(body))
        shown = FORMS[form]
        said = " and ".join(shown(s) for s in reversed(seen))
        raw = said if form == "json" else json.dumps(said)[1:-1]
        short = shown(seen[0][20:60])
        raw_short = short if form == "json" else json.dumps(short)[1:-1]

        def fill(document, text):
            return json.dumps(document).replace(MARK, text).encode()

        json_type = {"Content-Type": "application/json"}
        if where in ("error", "iam-error"):
            errors = {"errors": [{"code": MARK, "message": "you sent " + MARK,
                                  "target": {"type": "field", "name": "x", "value": MARK}}], "trace": MARK}
            iam = {"errorCode": "BXNIM0415E", "errorMessage": "cannot read " + MARK, "context": {"requestId": MARK}}
            return self.answer(400, json_type, fill(iam if is_iam else errors, raw))
        if where in ("html", "iam-html"):
            page = "<html><title>Refused</title><pre>%s</pre></html>" % html.escape(said)
            return self.answer(403, {"Content-Type": "text/html"}, page.encode())
        if where in ("text", "iam-text"):
            return self.answer(403, {"Content-Type": "text/plain"}, ("you sent " + said).encode())
        if where == "headers":
            return self.answer(404, {"X-Request-Id": said, "Content-Type": "text/" + said, "ETag": '"%s"' % said}, b"")
        if where == "location":
            return self.answer(302, {"Location": "/v1/" + urllib.parse.quote(short)}, b"")
        if where in ("odd", "iam-odd"):
            return self.answer(200, json_type, fill({MARK: [MARK], "access_token": {MARK: 1}, "instances": MARK}, raw))
        status, headers, answer = self.forward(body)
        document = json.loads(answer or b"{}")
        for item in document.get("instances", [document]):
            item["name"] = MARK
            item["zone"] = {"name": MARK}
            item["status_reasons"] = [{"code": MARK, "message": MARK}]
            item["user_data"] = MARK
        headers["ETag"] = 'W/"%s"' % short
        self.answer(status, headers, fill(document, raw_short))

    do_GET = do_POST = do_PATCH = do_DELETE = handle_one

    def do_CONNECT(self):
        form = open(self.server.mode).read().split()[2]
        seen = secrets_of(self.headers, b"")
        with open(self.server.secrets, "a") as out:
            out.write("".join(s + "\n" for s in seen))
        said = " and ".join(FORMS[form](s) for s in seen)
        self.send_response(407, said)
        self.send_header("Proxy-Authenticate", "Basic realm=\"%s\"" % said)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True


def serve(upstream, mode, secrets):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.upstream, server.mode, server.secrets = int(upstream), mode, secrets
    print(server.server_port, flush=True)
    server.serve_forever()


def unescape(text):
    text = re.sub(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", lambda m: chr(int(m[1] or m[2], 16)), text)
    text = re.sub(r"&#x([0-9a-f]{1,4});", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"&#([0-9]{1,5});", lambda m: chr(int(m[1])), text)
    return re.sub(r"%([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


def search(secrets, *places):
    parts = set()
    for secret in set(open(secrets).read().split("\n")) - {""}:
        forms = [secret]
        for shift, spoilt in ((0, 0), (1, 2), (2, 3)):
            coded = base64.b64encode(b"x" * shift + secret.encode()).decode().rstrip("=")[spoilt:-1]
            forms += [coded, coded.replace("+", "-").replace("/", "_")]
        for form in forms:
            parts |= {form[i:i + PART].lower() for i in range(len(form) - PART + 1)}
    files = []
    for place in places:
        for folder, _, names in os.walk(place):
            files += [os.path.join(folder, name) for name in names]
        files += [place] if os.path.isfile(place) else []
    leaks = 0
    for file in files:
        text = open(file, encoding="latin-1").read().lower()
        for _ in range(4):
            found = [i for i in range(len(text) - PART + 1) if text[i:i + PART] in parts]
            if found:
                leaks += 1
                print("%s has a part of a secret: %r" % (file, text[max(0, found[0] - 40):found[0] + 60]))
                break
            text = unescape(text)
    if not parts or not files:
        sys.exit("nothing to search for, or nowhere")
    sys.exit(leaks > 0)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    elif sys.argv[1] == "search":
        search(*sys.argv[2:])
    else:
        print(" ".join(FORMS))
