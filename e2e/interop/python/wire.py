"""The wire by hand, on raw pyzmq sockets: well-formed messages to check that a controller is alive, and every other kind."""

import hashlib
import hmac
import json
import time
import uuid

import zmq

DELIMITER = b"<IDS|MSG>"
# What connects to each bound port: sockets that can send to it.
CLIENT_ROUTERS = ["registration", "mux", "task", "control", "broadcast"]
ENGINE_ROUTERS = ["mux", "task", "control", "broadcast", "hb_pong"]
CLIENT_PUBLISHERS = ["notification", "iopub"]
ENGINE_PUBLISHERS = ["hb_ping"]


class Wire:
    """A controller as its two connection files describe it."""

    def __init__(self, security_folder):
        with open(f"{security_folder}/ipcontroller-client.json") as file:
            self.client = json.load(file)
        with open(f"{security_folder}/ipcontroller-engine.json") as file:
            self.engine = json.load(file)
        self.key = self.client["key"].encode()
        self.session = uuid.uuid4().hex
        self.counter = 0
        self.context = zmq.Context()

    def port(self, side, channel):
        port = getattr(self, side)[channel]
        return port[0] if isinstance(port, list) else port

    def ports(self):
        """Every bound port as (side, channel)."""
        client = [("client", c) for c in CLIENT_ROUTERS + CLIENT_PUBLISHERS]
        engine = [("engine", c) for c in [*ENGINE_ROUTERS, *ENGINE_PUBLISHERS, "iopub"]]
        return client + engine

    def open(self, kind, key_of, identity=None):
        """A socket with the CURVE key that the file of that side names."""
        socket = self.context.socket(kind)
        socket.linger = 1000
        if identity:
            socket.identity = identity
        if key := getattr(self, key_of)["curve_serverkey"]:
            socket.curve_serverkey = key.encode()
            socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        return socket

    def url(self, side, channel):
        return f"{getattr(self, side)['interface']}:{self.port(side, channel)}"

    def connect(self, kind, side, channel, identity=None):
        socket = self.open(kind, side, identity)
        socket.connect(self.url(side, channel))
        return socket

    def dealer(self, channel, side="client"):
        return self.connect(zmq.DEALER, side, channel)

    def sign(self, parts, key=None):
        if not self.key and key is None:
            return b""
        digest = hmac.new(self.key if key is None else key, digestmod=hashlib.sha256)
        for part in parts:
            digest.update(part)
        return digest.hexdigest().encode()

    def header(self, kind, **changes):
        self.counter += 1
        date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{self.counter:06d}Z"
        header = {
            "msg_id": f"{self.session}_{self.counter}",
            "msg_type": kind,
            "username": "wire",
            "session": self.session,
            "date": date,
            "version": "5.3",
        }
        return {**header, **changes}

    def message(self, kind, content=None, metadata=None, key=None, buffers=(), parent=None):
        """Delimiter, signature, the four parts and the buffers."""
        dictionaries = [self.header(kind), parent or {}, metadata or {}, {} if content is None else content]
        parts = [json.dumps(part).encode() for part in dictionaries]
        return self.signed(parts, key, buffers)

    def signed(self, parts, key=None, buffers=()):
        """Any four parts with the signature that belongs to them."""
        return [DELIMITER, self.sign(parts, key), *parts, *buffers]

    def ask(self, channel, kind, content=None, metadata=None, ids=(), timeout=5):
        """Sends one request and gives the reply as a dictionary, or None after `timeout` seconds."""
        socket = self.dealer(channel)
        try:
            socket.send_multipart([*ids, *self.message(kind, content, metadata)])
            return self.reply(socket, timeout)
        finally:
            socket.close()

    def reply(self, socket, timeout=5):
        if not socket.poll(timeout * 1000):
            return None
        frames = socket.recv_multipart()
        at = frames.index(DELIMITER)
        names = ["header", "parent", "metadata", "content"]
        reply = dict(zip(names, (json.loads(part) for part in frames[at + 2 : at + 6])))
        assert frames[at + 1] == self.sign(frames[at + 2 : at + 6]), "the reply is not signed with the key"
        return {**reply, "buffers": frames[at + 6 :]}

    def engines(self):
        """id → uuid of the engines that the hub lists; fails when it does not answer."""
        reply = self.ask("registration", "connection_request", timeout=10)
        assert reply is not None, "the hub did not answer a connection_request"
        return reply["content"]["engines"]

    def computes(self, timeout=20):
        """Every engine answers a direct request, and one a balanced request."""
        content = {"code": "6 * 7", "silent": True, "user_expressions": {}}
        answers = []
        for engine in self.engines().values():
            reply = self.ask("mux", "execute_request", content, ids=[engine.encode()], timeout=timeout)
            answers.append(reply is not None and reply["content"]["status"] == "ok")
        reply = self.ask("task", "execute_request", content, timeout=timeout)
        answers.append(reply is not None and reply["content"]["status"] == "ok")
        return len(answers) > 1 and all(answers)
