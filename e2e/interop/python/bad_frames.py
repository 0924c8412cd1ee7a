"""Bytes and frames that are no message, on every port of a running controller. See checks.py for how it is run."""

import json
import random
import socket as tcp

import zmq
from checks import check, run, wire
from wire import CLIENT_PUBLISHERS, CLIENT_ROUTERS, DELIMITER, ENGINE_ROUTERS

chance = random.Random(20261123)


def noise(size):
    return chance.randbytes(size)


def not_zeromq():
    """Bytes of other protocols, and none at all, on every port."""
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 32)
    ready = b"\x04\x26\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"
    talk = [
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        noise(10),
        noise(5000),
        greeting[:20],
        greeting,
        greeting[:12] + b"CURVE" + bytes(47),
        greeting + b"\x04\x00",
        greeting + ready + b"\x02" + b"\xff" * 8,
        greeting + ready + noise(500),
        greeting + ready + b"\x07" + noise(200),
    ]
    for side, channel in wire.ports():
        for words in talk:
            with tcp.create_connection(("127.0.0.1", wire.port(side, channel)), timeout=5) as connection:
                connection.sendall(words)
                connection.settimeout(0.02)
                try:
                    connection.recv(1000)
                except OSError:
                    pass
        check(True, channel)


def bad_frames():
    """Lists of frames that are no message."""
    good = wire.message("connection_request")
    nested = b"[" * 100_000
    wrong_parts = [
        [b"", b"", b"", b""],
        [b"[]", b"{}", b"{}", b"{}"],
        [b"null", b"null", b"null", b"null"],
        [b"{}", b"{}", b"{}", b"{}"],
        [b"\xff\xfe", b"{}", b"{}", b"{}"],
        [nested, b"{}", b"{}", b"{}"],
        [b'{"a":' * 20_000, b"{}", b"{}", b"{}"],
        [json.dumps(wire.header("connection_request", msg_id=5)).encode(), b"{}", b"{}", b"{}"],
        [json.dumps(wire.header("connection_request", session=None)).encode(), b"{}", b"{}", b"{}"],
        [json.dumps(wire.header("connection_request", date="yesterday")).encode(), b"[]", b"7", b'"x"'],
        [json.dumps(wire.header("apply_request", date=1e300)).encode(), b"{}", b"[]", b"{}"],
        [json.dumps(wire.header("execute_request")).encode(), nested, nested, nested],
        [json.dumps(wire.header("__proto__", msg_type="constructor")).encode(), b"{}", b"{}", b"{}"],
        [b'{"__proto__":{"msg_id":"x"}}', b"{}", b"{}", b"{}"],
    ]
    return [
        [b""],
        [b"", b"", b""],
        [DELIMITER],
        [DELIMITER, DELIMITER],
        [noise(40)],
        [noise(5), noise(5), noise(50), noise(3)],
        [b""] * 300,
        good[:3],
        good[:-1],
        [*good[1:], DELIMITER],
        [noise(4)] * 20 + good,
        *[wire.signed(parts) for parts in wrong_parts],
    ]


def garbage():
    """Lists of frames that are no message, with and without an id in front, on every port that receives."""
    engine = next(iter(wire.engines().values())).encode()
    routers = [("client", c) for c in CLIENT_ROUTERS] + [("engine", c) for c in ENGINE_ROUTERS]
    for side, channel in routers:
        socket = wire.dealer(channel, side)
        for frames in bad_frames():
            socket.send_multipart(frames)
            socket.send_multipart([engine, *frames])
            socket.send_multipart([noise(5), *frames])
        socket.close()
        check(len(wire.engines()) > 0, f"the hub after garbage on {side} {channel}")
    publisher = wire.connect(zmq.PUB, "engine", "iopub")
    subscribers = [wire.connect(zmq.XSUB, "client", channel) for channel in CLIENT_PUBLISHERS]
    subscribers.append(wire.connect(zmq.XSUB, "engine", "hb_ping"))
    # A PUB drops what it sends before its peer has subscribed.
    publisher.poll(200)
    for frames in bad_frames():
        publisher.send_multipart(frames)
        publisher.send_multipart([b"engine.0.stdout", *frames])
        for subscriber in subscribers:
            subscriber.send_multipart(frames)
            subscriber.send(b"\x01" + noise(300))
            subscriber.send(b"\x00never subscribed")
    for socket in [publisher, *subscribers]:
        socket.close()
    check(len(wire.engines()) > 0, "the hub after garbage on iopub and in subscriptions")


def as_engine_of_another():
    """Replies that no request waits for, and replies in the name of living engines."""
    engines = wire.engines()
    uuid_of_one = next(iter(engines.values()))
    for channel in ["mux", "task", "control", "broadcast"]:
        socket = wire.connect(zmq.DEALER, "engine", channel, identity=b"stranger")
        parent = wire.header("apply_request")
        for metadata in [{}, {"engine": uuid_of_one, "status": "ok"}, {"engine": 7, "dependencies_met": False}]:
            reply = wire.message("apply_reply", {"status": "ok"}, metadata, parent=parent)
            socket.send_multipart([b"no such client", *reply])
            socket.send_multipart([b"\x00\x01\x02\x03\x04", *reply])
        socket.close()
    pong = wire.connect(zmq.DEALER, "engine", "hb_pong", identity=b"stranger")
    for text in [b"", b"nan", b"1" * 100_000, noise(30)]:
        pong.send(text)
    pong.close()
    publisher = wire.connect(zmq.PUB, "engine", "iopub")
    publisher.poll(200)
    stream = wire.message("stream", {"name": "stdout", "text": 5}, parent={"msg_id": ["x"]})
    publisher.send_multipart([b"engine.0.stdout", *stream])
    publisher.send_multipart([b"engine.0.shutdown", *wire.message("shutdown_reply", {}, key=b"wrong")])
    publisher.close()
    check(wire.engines() == engines, "the engines are still the same")


def flood():
    """Ten thousand bad messages at once do not keep a good one waiting for long."""
    sockets = [wire.dealer(channel) for channel in CLIENT_ROUTERS]
    bad = wire.message("connection_request", key=b"another key")
    for _ in range(2000):
        for socket in sockets:
            socket.send_multipart(bad)
    check(len(wire.engines()) > 0, "the hub during a flood")
    for socket in sockets:
        socket.close()


def oversized():
    """Frames over the limit of 64 KiB (with which this controller was started): refused, and the next client is served."""
    engine = next(iter(wire.engines().values())).encode()
    routers = [("client", c) for c in CLIENT_ROUTERS] + [("engine", c) for c in ENGINE_ROUTERS]
    for side, channel in routers:
        socket = wire.dealer(channel, side)
        content = {"code": "6 * 7", "silent": True, "user_expressions": {}, "targets": None}
        large = wire.message("execute_request", content, buffers=[bytes(1_000_000)])
        socket.send_multipart([engine, *large] if channel in ("mux", "control") else large)
        check(wire.reply(socket, 0.3) is None, f"a frame of a megabyte on {side} {channel} was answered")
        socket.close()
        check(len(wire.engines()) > 0, f"the hub after a large frame on {side} {channel}")


run([not_zeromq, garbage, as_engine_of_another, flood, oversized])
