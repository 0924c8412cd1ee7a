"""Sockets of libzmq, by pyzmq, for another program: one JSON object a line on stdin is one call, and has one answer on stdout.

A call is {"id", "do", "socket", ...}, its answer {"id", "value"} or {"id", "error"}. Frames are base64, or {"seed", "size"} for
large ones made up on both sides, and come back as base64 up to 64 KiB and as {"size", "crc"} above. A socket collects what comes
("collect"), answers it ("echo"), or is not read at all ("ignore"). Ends with its stdin.
"""

import base64
import json
import os
import sys
import time
import zlib

import zmq
from zmq.utils.monitor import parse_monitor_message

told_whole_up_to = 65_536
period = 65_521


def patterned(seed, size):
    """The same as patterned() of messages.ts."""
    block = bytes((seed + i * 7 + (i >> 8)) & 255 for i in range(period))
    return (block * (size // period + 1))[:size]


def nth_message(n):
    """The same as nthMessage() of messages.ts."""
    return [b"%d" % n, b"", bytes([n % 256]) * (n % 300), bytes([7]) * (100_000 if n % 97 == 0 else 0)]


def decoded(frame):
    return base64.b64decode(frame) if isinstance(frame, str) else patterned(frame["seed"], frame["size"])


def encoded(frame):
    if len(frame) <= told_whole_up_to:
        return base64.b64encode(frame).decode()
    return {"size": len(frame), "crc": zlib.crc32(frame)}


def answer(call, **words):
    sys.stdout.write(json.dumps({"id": call["id"], **words}) + "\n")
    sys.stdout.flush()


class Line:
    """One socket, what came in, and who waits for it."""

    def __init__(self, context, call):
        self.socket = context.socket(getattr(zmq, call["kind"].upper()))
        self.socket.linger = 0
        self.socket.set_hwm(0)
        self.socket.sndtimeo = 5000
        for name, value in call["options"].items():
            number = getattr(zmq, name.upper())
            self.socket.setsockopt(number, value.encode("latin1") if isinstance(value, str) else value)
        self.readable = call["kind"] not in ("pub", "push")
        self.mode = "collect"
        self.inbox = []
        self.waiting = []
        self.events = self.socket.get_monitor_socket() if call["watched"] else None

    def subscribe(self, wanted, prefix):
        if self.socket.type == zmq.XSUB:
            self.socket.send(bytes([wanted]) + prefix)
        else:
            self.socket.setsockopt(zmq.SUBSCRIBE if wanted else zmq.UNSUBSCRIBE, prefix)

    def take(self):
        try:
            for _ in range(1000):
                frames = self.socket.recv_multipart(zmq.NOBLOCK)
                if self.mode == "echo":
                    self.socket.send_multipart(frames)
                else:
                    self.inbox.append(frames)
        except zmq.ZMQError:
            pass
        self.serve()

    def serve(self):
        """Answers those whose messages are all there, and those who waited too long."""
        while self.waiting and self.enough(self.waiting[0]):
            call = self.waiting.pop(0)
            count = self.place(call) if call["do"] == "skip" else call["count"]
            taken, self.inbox = self.inbox[:count], self.inbox[count:]
            if call["do"] == "skip":
                answer(call, value=count)
            elif call["do"] == "receive":
                answer(call, value=[[encoded(frame) for frame in frames] for frames in taken])
            else:
                behind = call["behind"]
                wrong = [i for i, frames in enumerate(taken) if frames[behind:] != nth_message(call["first"] + i)]
                answer(call, value=wrong[:3])
        now = time.monotonic()
        for call in [call for call in self.waiting if call["deadline"] < now]:
            self.waiting.remove(call)
            answer(call, error=f"{len(self.inbox)} of {call.get('count', '?')} messages came")

    def enough(self, call):
        return self.place(call) > 0 if call["do"] == "skip" else len(self.inbox) >= call["count"]

    def place(self, call):
        """Where the message after that which starts with these bytes is; 0 without one."""
        first = decoded(call["first"])
        return next((i + 1 for i, frames in enumerate(self.inbox) if frames[0] == first), 0)


class Peer:
    def __init__(self):
        self.context = zmq.Context()
        self.lines = {}

    def do_open(self, call):
        self.lines[call["socket"]] = Line(self.context, call)

    def do_bind(self, call):
        socket = self.lines[call["socket"]].socket
        socket.bind(call["endpoint"])
        return socket.last_endpoint.decode().rstrip("\0")

    def do_connect(self, call):
        self.lines[call["socket"]].socket.connect(call["endpoint"])

    def do_disconnect(self, call):
        self.lines[call["socket"]].socket.disconnect(call["endpoint"])

    def do_subscribe(self, call):
        self.lines[call["socket"]].subscribe(1, decoded(call["prefix"]))

    def do_unsubscribe(self, call):
        self.lines[call["socket"]].subscribe(0, decoded(call["prefix"]))

    def do_send(self, call):
        self.lines[call["socket"]].socket.send_multipart([decoded(f) for f in call["frames"]])

    def do_run(self, call):
        socket, before = self.lines[call["socket"]].socket, [decoded(f) for f in call["before"]]
        for n in range(call["first"], call["first"] + call["count"]):
            socket.send_multipart(before + nth_message(n))

    def do_mode(self, call):
        self.lines[call["socket"]].mode = call["mode"]

    def do_events(self, call):
        socket, seen = self.lines[call["socket"]].events, []
        while socket.poll(0):
            seen.append(zmq.Event(parse_monitor_message(socket.recv_multipart())["event"]).name)
        return seen

    def do_close(self, call):
        line = self.lines.pop(call["socket"])
        if line.events:
            line.socket.disable_monitor()
        line.socket.close(linger=call["linger"])

    def wait(self, call):
        line = self.lines[call["socket"]]
        call["deadline"] = time.monotonic() + call["patience"] / 1000
        line.waiting.append(call)
        line.serve()

    def obey(self, call):
        try:
            if call["do"] in ("receive", "check", "skip"):
                self.wait(call)
            else:
                answer(call, value=getattr(self, "do_" + call["do"])(call))
        except Exception as error:
            answer(call, error=f"{type(error).__name__}: {error}")

    def serve(self):
        stdin, rest = sys.stdin.fileno(), b""
        while True:
            poller = zmq.Poller()
            poller.register(stdin, zmq.POLLIN)
            for line in self.lines.values():
                if line.readable and line.mode != "ignore":
                    poller.register(line.socket, zmq.POLLIN)
            ready = dict(poller.poll(20 if any(line.waiting for line in self.lines.values()) else 1000))
            for line in list(self.lines.values()):
                if line.socket in ready:
                    line.take()
                elif line.waiting:
                    line.serve()
            if stdin in ready:
                block = os.read(stdin, 1 << 20)
                if not block:
                    return
                *calls, rest = (rest + block).split(b"\n")
                for call in calls:
                    self.obey(json.loads(call))


Peer().serve()
os._exit(0)
