"""The Python end of interop.real.test.ts: one ZeroMQ socket of pyzmq, told by one JSON object on the command line.

kind: router | dealer | pub | sub      endpoint: where to connect, or null to bind a free port
identity: text or null                 curve: null, {"serverKey"} or {"publicKey", "secretKey"}
count: how many messages to exchange    patienceMs: how long to wait for one

The first line on stdout is the endpoint that was bound; the last is "ok" or what went wrong.
"""
import json
import sys
import time

import zmq

told = json.loads(sys.argv[1])


def message(n):
    """The n-th message: its number, and frames around the sizes at which implementations change their ways."""
    return [b"%d" % n, b"", bytes([n % 256]) * (n % 300), bytes([7]) * (100_000 if n % 97 == 0 else 0)]


def make_socket(context):
    socket = context.socket(getattr(zmq, told["kind"].upper()))
    socket.linger = told["patienceMs"]
    socket.set_hwm(0)
    if told["identity"]:
        socket.identity = told["identity"].encode("latin1")
    if told["kind"] == "sub":
        socket.subscribe(b"")
    curve = told["curve"]
    if curve and "serverKey" in curve:
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        socket.curve_serverkey = curve["serverKey"].encode()
    elif curve:
        socket.curve_secretkey = curve["secretKey"].encode()
        socket.curve_publickey = curve["publicKey"].encode()
        socket.curve_server = True
    if told["endpoint"]:
        socket.connect(told["endpoint"])
    else:
        socket.bind("tcp://127.0.0.1:*")
        print(socket.last_endpoint.decode().rstrip("\0"), flush=True)
    return socket


def receive(socket):
    if not socket.poll(told["patienceMs"]):
        raise TimeoutError("no message came")
    return socket.recv_multipart()


def echo(socket, count):
    """ROUTER: sends every message back to where it came from."""
    for _ in range(count):
        socket.send_multipart(receive(socket))


def ask(socket, count):
    """DEALER: sends all messages at once, then expects them back in order."""
    for n in range(count):
        socket.send_multipart(message(n))
    for n in range(count):
        assert receive(socket) == message(n), f"answer {n} differs"


def publish(socket, count):
    """PUB: greets until the other side has heard it (a line on stdin), then publishes."""
    import threading

    heard = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), heard.set()), daemon=True).start()
    deadline = time.monotonic() + told["patienceMs"] / 1000
    while not heard.wait(0.005):
        assert time.monotonic() < deadline, "nobody heard"
        socket.send_multipart([b"hello"])
    for n in range(count):
        socket.send_multipart(message(n))


def listen(socket, count):
    """SUB: says "heard" at the first message, then expects all of them in order."""
    frames = receive(socket)
    print("heard", flush=True)
    while frames == [b"hello"]:
        frames = receive(socket)
    for n in range(count):
        assert frames == message(n), f"publication {n} differs"
        if n < count - 1:
            frames = receive(socket)


def main():
    context = zmq.Context()
    socket = make_socket(context)
    run = {"router": echo, "dealer": ask, "pub": publish, "sub": listen}[told["kind"]]
    run(socket, told["count"])
    socket.close()
    context.term()
    print("ok", flush=True)


main()
