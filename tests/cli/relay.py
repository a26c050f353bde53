#!/usr/bin/env python3
"""A TCP relay that changes bytes of what a server answers: for answers that no well-behaved server gives.

usage: relay.py SERVER-PORT PATTERN REPLACEMENT     (regular expression and replacement, over bytes; \\xNN allowed)
Prints its own port and serves until it is ended. A pattern is found within one piece of an answer only.
"""
import re
import socket
import sys
import threading


def pump(source, target, change):
    while True:
        try:
            data = source.recv(1 << 20)
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(change(data))
        except OSError:
            return


def main():
    port = int(sys.argv[1])
    pattern = re.compile(sys.argv[2].encode())
    replacement = sys.argv[3].encode().decode("unicode_escape").encode("latin-1")
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        for source, target, change in (
            (client, server, lambda data: data),
            (server, client, lambda data: pattern.sub(replacement, data)),
        ):
            threading.Thread(target=pump, args=(source, target, change), daemon=True).start()


main()
