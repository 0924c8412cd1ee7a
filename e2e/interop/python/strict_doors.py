"""strict_doors.py SECURITY_FOLDER: knocks at every port of a controller with the CURVE key of one file and of the other, and at
the two registration ports with what does not belong there. Prints what happened as one JSON line.
"""

import json
import sys
import time

import zmq
from wire import CLIENT_PUBLISHERS, ENGINE_PUBLISHERS, Wire
from zmq.utils.monitor import recv_monitor_message

wire = Wire(sys.argv[1])
ports = [*wire.ports(), ("engine", "registration")]


def kind_of(side, channel):
    if (side, channel) == ("engine", "iopub"):
        return zmq.PUB
    return zmq.SUB if channel in (CLIENT_PUBLISHERS if side == "client" else ENGINE_PUBLISHERS) else zmq.DEALER


def knock(side, channel, key_of):
    """in: the handshake was made. out: it was tried three times, and each time the connection was closed."""
    kind = kind_of(side, channel)
    socket = wire.open(kind, key_of)
    socket.linger = 0
    monitor = socket.get_monitor_socket()
    if kind == zmq.SUB:
        socket.subscribe(b"")
    socket.connect(wire.url(side, channel))
    if kind == zmq.DEALER:
        socket.send_multipart(wire.message("connection_request"))
    deadline = time.monotonic() + 20
    closed = 0
    try:
        while time.monotonic() < deadline:
            if not monitor.poll(200):
                continue
            event = recv_monitor_message(monitor)["event"]
            if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                return "in"
            closed += event == zmq.EVENT_DISCONNECTED
            if closed == 3:
                heard = kind != zmq.PUB and socket.poll(200)
                return "out, and heard something" if heard else "out"
        return f"neither in nor out, {closed} times closed"
    finally:
        socket.disable_monitor()
        socket.close()


def at_door(side, kind, content):
    """What the hub answers to a well-signed request at the registration of that side."""
    socket = wire.dealer("registration", side)
    socket.send_multipart(wire.message(kind, content))
    reply = wire.reply(socket, 10)
    socket.close()
    return reply and [reply["header"]["msg_type"], reply["content"].get("ename", reply["content"]["status"])]


others = {"client": "engine", "engine": "client"}
print(
    json.dumps(
        {
            "own": {f"{side} {channel}": knock(side, channel, side) for side, channel in ports},
            "other": {f"{side} {channel}": knock(side, channel, others[side]) for side, channel in ports},
            "questions": {
                side: at_door(side, "connection_request", {}) for side in others
            },
            "shutdown": at_door("engine", "shutdown_request", {}),
            "registration": at_door("client", "registration_request", {"uuid": "a-thief"}),
            "engines": len(wire.engines()),
        }
    )
)
