"""bad_input.py SECURITY_FOLDER SECTION: sends one kind of bad input to every port of a running controller, then checks that
it goes on. Prints one JSON line: how many checks were made, and those that failed.
"""

import json
import random
import socket as tcp
import sys
import uuid

import zmq
from wire import CLIENT_PUBLISHERS, CLIENT_ROUTERS, DELIMITER, ENGINE_ROUTERS, Wire

wire = Wire(sys.argv[1])
chance = random.Random(20261123)
checks = 0
failures = []


def check(right, what):
    global checks
    checks += 1
    if not right:
        failures.append(what)


def check_error(reply, what, ename=None):
    """The request was answered, by an error in the form that clients need."""
    if reply is None:
        return check(False, f"{what}: no answer")
    content = reply["content"]
    check(content.get("status") == "error", f"{what}: answered {content}")
    # Empty when the controller made the error; else it names the engine that did.
    maker = content.get("engine_info", {})
    named = maker == {} or maker.get("engine_uuid") in wire.engines().values()
    complete = isinstance(content.get("traceback"), list) and named
    check(complete and isinstance(content.get("evalue"), str), f"{what}: not the form of an error: {content}")
    if ename is not None:
        check(content.get("ename") == ename, f"{what}: {content.get('ename')} instead of {ename}")


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


def unsigned():
    """Messages without a signature, and with one by another key: no answer, no effect."""
    before = wire.engines()
    content = {"code": "6 * 7", "silent": True, "user_expressions": {}}
    requests = [
        ("registration", "connection_request", {}),
        ("registration", "registration_request", {"uuid": str(uuid.uuid4())}),
        ("registration", "unregistration_request", {"id": 0}),
        ("registration", "purge_request", {"msg_ids": "all"}),
        ("registration", "shutdown_request", {}),
        ("task", "execute_request", content),
        ("broadcast", "execute_request", content),
    ]
    for channel, kind, body in requests:
        socket = wire.dealer(channel)
        good = wire.message(kind, body)
        socket.send_multipart(wire.message(kind, body, key=b"another key"))
        socket.send_multipart([DELIMITER, b"", *good[2:]])
        socket.send_multipart([DELIMITER, good[1][:-1], *good[2:]])
        socket.send_multipart([DELIMITER, good[1].upper(), *wire.message(kind, body)[2:]])
        changed = wire.message(kind, body)
        changed[5] = json.dumps({**body, "more": 1}).encode()
        socket.send_multipart(changed)
        check(wire.reply(socket, 0.4) is None, f"an unsigned {kind} on {channel} was answered")
        socket.close()
    for engine in before.values():
        socket = wire.dealer("mux")
        socket.send_multipart([engine.encode(), *wire.message("execute_request", content, key=b"another key")])
        check(wire.reply(socket, 0.4) is None, "an engine executed a request signed with another key")
        socket.close()
    check(wire.engines() == before, "the engines are still the same")


def replayed():
    """The same signed bytes twice: one answer."""
    content = {"code": "6 * 7", "silent": True, "user_expressions": {}}
    task = {"after": [], "follow": [], "targets": [], "retries": 0, "timeout": 0}
    engines = wire.engines()
    broadcast = {"targets": [[u, int(i)] for i, u in engines.items()], "is_broadcast": True, "is_coalescing": True}
    requests = [
        ("registration", "connection_request", {}, {}),
        ("registration", "queue_request", {"targets": None, "verbose": False}, {}),
        ("task", "execute_request", content, task),
        ("broadcast", "execute_request", content, broadcast),
    ]
    for channel, kind, body, metadata in requests:
        frames = wire.message(kind, body, metadata)
        first, second = wire.dealer(channel), wire.dealer(channel)
        first.send_multipart(frames)
        check(wire.reply(first, 20) is not None, f"{kind} on {channel} was not answered")
        first.send_multipart(frames)
        second.send_multipart(frames)
        check(wire.reply(first, 0.5) is None, f"a replayed {kind} on {channel} was answered")
        check(wire.reply(second, 0.1) is None, f"a {kind} on {channel} replayed by another was answered")
        first.close()
        second.close()


def unknown_types():
    """Types that nobody knows are answered by an error, and engines stay free for work."""
    for kind in ["no_such_request", "", "__proto__", "constructor", "hub_error", "connection_reply", "x" * 200]:
        check_error(wire.ask("registration", kind), f"'{kind[:20]}' on registration", "KeyError")
    for channel in ["task", "broadcast"]:
        targets = [[u, int(i)] for i, u in wire.engines().items()]
        metadata = {"targets": targets, "is_coalescing": False} if channel == "broadcast" else {}
        check_error(wire.ask(channel, "no_such_request", {}, metadata), f"no_such_request on {channel}")
    for engine in wire.engines().values():
        for channel in ["mux", "control"]:
            socket = wire.dealer(channel)
            socket.send_multipart([engine.encode(), *wire.message("no_such_request")])
            socket.close()


def wrong_content():
    """Queries with contents that they cannot have: each is answered."""
    odd = [None, 5, -1, "x", "", [], ["x"], [5], {}, {"x": 1}, True, 1e300, "x" * 100_000]
    queries = {
        "queue_request": ["targets", "verbose"],
        "load_request": ["targets"],
        "result_request": ["msg_ids", "status_only"],
        "db_request": ["query", "keys"],
        "purge_request": ["msg_ids", "engine_ids"],
        "resubmit_request": ["msg_ids"],
    }
    socket = wire.dealer("registration")
    for kind, fields in queries.items():
        for field in fields:
            for value in odd:
                if kind == "purge_request" and field == "engine_ids" and value is None:
                    continue
                socket.send_multipart(wire.message(kind, {field: value}))
                reply = wire.reply(socket, 5)
                check(reply is not None, f"{kind} with {field} = {str(value)[:30]} was not answered")
                if reply is not None:
                    status = reply["content"].get("status")
                    check(status in ("ok", "error"), f"{kind} with {field} = {str(value)[:30]}: {reply['content']}")
        socket.send_multipart(wire.message(kind, {}))
        check(wire.reply(socket, 5) is not None, f"{kind} with nothing was not answered")
    for query in [{"msg_id": {"$bogus": 1}}, {"$where": "1"}, {"submitted": {"$lt": []}}, {"x": {"$mod": [0, 0]}}]:
        socket.send_multipart(wire.message("db_request", {"query": query}))
        check(wire.reply(socket, 5) is not None, f"db_request with {query} was not answered")
    slow = {"msg_id": {"$glob": "*a" * 40 + "b"}}
    socket.send_multipart(wire.message("db_request", {"query": slow}))
    check(wire.reply(socket, 5) is not None, "db_request with a pattern of many stars was not answered")
    socket.close()


def wrong_metadata():
    """Tasks with metadata that they cannot have: each is answered, by a result or an error."""
    odd = [5, "x", {}, {"dependencies": 5}, [5], [["x"]], ["no such id"], {"dependencies": ["x"], "all": 7}, None, True]
    content = {"code": "6 * 7", "silent": True, "user_expressions": {}}
    both_false = {"dependencies": ["x"], "all": True, "success": False, "failure": False}
    cases = [(field, value) for field in ["after", "follow"] for value in [*odd, both_false]]
    cases += [("targets", value) for value in [5, "x", ["no such engine"], [5], {}, None]]
    cases += [("retries", value) for value in [-1, "x", 1e300, None, []]]
    cases += [("timeout", value) for value in [-1, "x", [], None, 0]]
    for field, value in cases:
        reply = wire.ask("task", "execute_request", content, {field: value}, timeout=10)
        check(reply is not None, f"a task with {field} = {value} was not answered")
    odd_targets = [5, "x", [], [5], [["x"]], [["no such engine", 99]], {}, None]
    for value in odd_targets:
        metadata = {"targets": value, "is_broadcast": True, "is_coalescing": False}
        reply = wire.ask("broadcast", "execute_request", content, metadata, timeout=10)
        check(reply is not None, f"a broadcast to {value} was not answered")


def registers_twice():
    """An engine that takes the id of another one, wrong registrations, and registrations that never beat."""
    before = wire.engines()
    living = next(iter(before.values()))
    check_error(wire.ask("registration", "registration_request", {"uuid": living}), "the uuid of an engine", "KeyError")
    twice = str(uuid.uuid4())
    first = wire.ask("registration", "registration_request", {"uuid": twice})
    check(first is not None and first["content"]["status"] == "ok", "the first registration")
    check_error(wire.ask("registration", "registration_request", {"uuid": twice}), "registering twice", "KeyError")
    for value in [None, 5, "", [], {}, True, "x" * 100_000, "\x00x", "ä"]:
        wire.ask("registration", "registration_request", {"uuid": value}, timeout=0.2)
    wire.ask("registration", "registration_request", {}, timeout=0.2)
    for value in [None, "x", -1, 10**30, 1.5, []]:
        wire.ask("registration", "registration_request", {"uuid": str(uuid.uuid4()), "id": value}, timeout=0.2)
        wire.ask("registration", "unregistration_request", {"id": value}, timeout=0.1)
    check(wire.engines() == before, "the engines are still the same: none without a heartbeat, none lost")


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


sections = [
    not_zeromq,
    garbage,
    as_engine_of_another,
    unsigned,
    replayed,
    unknown_types,
    wrong_content,
    wrong_metadata,
    registers_twice,
    flood,
    oversized,
]
{section.__name__: section for section in sections}[sys.argv[2]]()
check(wire.computes(), "afterwards, direct and balanced requests are answered")
print(json.dumps({"checks": checks, "failures": failures}))
wire.context.destroy(linger=0)
