"""Requests that are whole messages and yet wrong, to a running controller. See checks.py for how it is run."""

import json
import uuid

from checks import check, check_error, run, wire
from wire import DELIMITER


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


run([unsigned, replayed, unknown_types, wrong_content, wrong_metadata, registers_twice])
