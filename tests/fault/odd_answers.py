#!/usr/bin/env python3
"""A server before the simulator: odd_answers.py SIM_PORT. Prints its own port, then passes requests on.

Lines of standard input are rules, as "METHOD PATH-EXPRESSION FORM TIMES APPLIED": requests of that method and path are
answered with the form (a key of FORMS), as often as TIMES says (0: always), and reach the simulator where APPLIED is 1.
The last rule that matches counts; "clear" forgets them; each line is answered with "ok". Requests that met a rule are
lines of standard error. The server ends with its standard input.
"""
import http.client
import re
import socket
import sys
import threading

SIM = int(sys.argv[1])
JSON = b'Content-Type: application/json\r\nConnection: close\r\n'


def status(line, body=b'', kind=b'text/html'):
    return b'%s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (
        line, kind, len(body), body)


def api_error(line, code):
    return status(line, b'{"errors":[{"code":"%s","message":"refused: %s"}],"trace":"t"}' % (code, code),
                  b'application/json')


FORMS = {
    'nothing': b'',
    'garbage': b'\x00\x7f\x01 what is this\r\n\r\n',
    'http09': b'hello\n',
    'ssh': b'SSH-2.0-OpenSSH_9.6\r\n',
    'version3': b'HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\n{}',
    'version9': status(b'HTTP/9.9 404 Not Found', b'{"errors":[{"code":"not_found","message":"m"}]}'),
    'headers': b'HTTP/1.1 200 OK\r\n' + b''.join(b'X-%d: %s\r\n' % (i, b'y' * 8000) for i in range(60)) + b'\r\n{}',
    'large': b'HTTP/1.1 200 OK\r\n' + JSON + b'Content-Length: 70000000\r\n\r\n' + b' ' * 70000000,
    'encoding': b'HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nnope',
    'gzip': b'HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope',
    'redirect': status(b'HTTP/1.1 302 Found\r\nLocation: https://login.example/'),
    'moved': status(b'HTTP/1.1 308 Permanent Redirect\r\nLocation: https://other.example/v1/x'),
    'not_modified': b'HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n',
    'interim': b'HTTP/1.1 100 Continue\r\n\r\n',
    'switched': b'HTTP/1.1 101 Switching Protocols\r\n\r\n{}',
    's199': b'HTTP/1.1 199 Odd\r\n\r\n{}',
    's600': status(b'HTTP/1.1 600 Odd', b'{"errors":[{"code":"x","message":"m"}]}'),
    's999': status(b'HTTP/1.1 999 Odd'),
    'html403': status(b'HTTP/1.1 403 Forbidden', b'<html><title>WAF</title></html>'),
    'html404': status(b'HTTP/1.1 404 Not Found', b'<html><title>no such page</title></html>'),
    'empty400': status(b'HTTP/1.1 400 Bad Request'),
    'html200': status(b'HTTP/1.1 200 OK', b'<html>fine</html>'),
    'chunk_cut': b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n',
    'trailer_cut': b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A',
    'no_content': b'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
    'api400': api_error(b'HTTP/1.1 400 Bad Request', b'bad_field'),
    'allowed_use': api_error(b'HTTP/1.1 400 Bad Request', b'allowed_use_not_satisfied'),
    'api403': api_error(b'HTTP/1.1 403 Forbidden', b'not_authorized'),
    'api404': api_error(b'HTTP/1.1 404 Not Found', b'not_found'),
    'api409': api_error(b'HTTP/1.1 409 Conflict', b'conflict'),
    'api412': api_error(b'HTTP/1.1 412 Precondition Failed', b'precondition_failed'),
    'api503': api_error(b'HTTP/1.1 503 Service Unavailable', b'busy'),
    'html503': status(b'HTTP/1.1 503 Service Unavailable', b'<html>busy</html>'),
    'wait429': api_error(b'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60', b'too_many'),
}
rules = []
lock = threading.Lock()


def rule_for(method, path):
    with lock:
        for rule in reversed(rules):
            if rule['method'] == method and re.search(rule['path'], path) and rule['left'] != 0:
                rule['left'] -= 1
                print(method, path, rule['form'], file=sys.stderr, flush=True)
                return rule
    return None


def pass_on(method, path, headers, body):
    upstream = http.client.HTTPConnection('127.0.0.1', SIM)
    kept = {k: v for k, v in headers.items() if k.lower() not in ('connection', 'accept-encoding')}
    upstream.request(method, path, body or None, kept)
    answer = upstream.getresponse()
    content = answer.read()
    upstream.close()
    lines = b''.join(b'%s: %s\r\n' % (k.encode(), v.encode()) for k, v in answer.getheaders()
                     if k.lower() not in ('connection', 'content-length', 'transfer-encoding'))
    return b'HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (
        answer.status, answer.reason.encode(), lines, len(content), content)


def serve(connection):
    with connection, connection.makefile('rb') as stream:
        try:
            method, path, _ = stream.readline().decode().split(' ')
            headers = http.client.parse_headers(stream)
            body = stream.read(int(headers.get('Content-Length', 0)))
            rule = rule_for(method, path.split('?')[0])
            if rule is None or rule['applied']:
                answer = pass_on(method, path, headers, body)
            connection.sendall(answer if rule is None else FORMS[rule['form']])
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(2)
            while connection.recv(65536):
                pass
        except (OSError, ValueError):
            pass


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


listener = socket.create_server(('127.0.0.1', 0), backlog=128)
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
for line in sys.stdin:
    words = line.split()
    with lock:
        if words == ['clear']:
            rules.clear()
        else:
            rules.append({'method': words[0], 'path': words[1], 'form': words[2],
                          'left': int(words[3]) or -1, 'applied': words[4] == '1'})
    print('ok', flush=True)
