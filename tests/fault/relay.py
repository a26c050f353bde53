#!/usr/bin/env python3
"""A TCP relay that goes down: what stands behind it is then refused, as that of a server that has ended.

usage: relay.py PORT WORD COUNT SECONDS

Relays a port of its own, which it prints, to 127.0.0.1:PORT. Once WORD (of a request: "PATCH ") has passed COUNT
times, it resets its connections and refuses new ones for so many SECONDS; 0: until it gets SIGUSR1.
"""
import os
import selectors
import signal
import socket
import struct
import sys
import time

target, word, count, seconds = int(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3]), float(sys.argv[4])
selector = selectors.DefaultSelector()
peers = {}
port = 0
up_at = None
woken = False


def wake(*_):
    global woken
    woken = True


def listen():
    global port, listener
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    port = listener.getsockname()[1]
    selector.register(listener, selectors.EVENT_READ)


def close(connection):
    for end in (connection, peers.pop(connection, None)):
        if end is not None:
            peers.pop(end, None)
            selector.unregister(end)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()


def go_down():
    global up_at
    selector.unregister(listener)
    listener.close()
    for connection in list(peers):
        if connection in peers:
            close(connection)
    up_at = time.monotonic() + seconds if seconds > 0 else float("inf")


def pass_on(connection):
    global count
    try:
        data = connection.recv(65536)
        if count > 0 and connection.getpeername()[1] != target:
            count -= data.count(word)
            if count <= 0:
                go_down()
                return
        if data:
            peers[connection].sendall(data)
            return
    except OSError:
        pass
    close(connection)


signal.signal(signal.SIGUSR1, wake)
listen()
print(port, flush=True)
parent = os.getppid()
while os.getppid() == parent:
    if up_at is not None and (time.monotonic() >= up_at or woken):
        up_at = None
        listen()
    for key, _ in selector.select(0.02):
        if key.fileobj.fileno() < 0:
            continue
        if key.fileobj is listener:
            client, server = listener.accept()[0], socket.create_connection(("127.0.0.1", target))
            for one, other in ((client, server), (server, client)):
                peers[one] = other
                selector.register(one, selectors.EVENT_READ)
        else:
            pass_on(key.fileobj)
