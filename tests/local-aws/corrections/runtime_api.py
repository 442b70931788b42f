"""Lambda's Runtime API as one execution environment sees it, served by whoever waits for the environment."""

import json
import os
import selectors
import socket
import time
from http import HTTPStatus

from httptools import HttpRequestParser

CHUNK = 65_536
# What one invocation may log, in bytes; MiniStack counts lines.
LONGEST_LOG = 1_000_000


class RuntimeApi:
    """The sockets of one process's Runtime API and what it writes: nothing is read but while somebody serves."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.connections = set()
        self.output = None
        self.log = bytearray()
        # The connection on which the process waits for an invocation.
        self.waiting = None
        self.request_id = None
        # Of the invocation: "response" or "error", and its content.
        self.result = None
        self.init_error = None

    def listen_to(self, output):
        """Reads what the process writes, so that it is never kept from writing."""
        os.set_blocking(output.fileno(), False)
        self.output = output
        self.selector.register(output, selectors.EVENT_READ, self.read_output)

    def serve(self, deadline, done):
        """Serves until `done`, the process has ended, or the deadline has passed; answers whether it is done."""
        while not done():
            left = deadline - time.monotonic()
            # What a process sent before it ended is here already.
            ready = self.selector.select(left if self.output else 0) if left > 0 else []
            if not ready:
                return False
            for key, _ in ready:
                key.data()
        return True

    def invoke(self, request_id, event, headers):
        """Hands an invocation to the process, which must wait for one."""
        connection, self.waiting = self.waiting, None
        self.request_id, self.result = request_id, None
        headers = {"Lambda-Runtime-Aws-Request-Id": request_id, **headers}
        connection.respond(200, json.dumps(event).encode(), headers)

    def accept(self):
        connection, _ = self.listener.accept()
        Connection(self, connection)

    def read_output(self):
        """Lines before the last ones go first when there are too many."""
        try:
            while content := os.read(self.output.fileno(), CHUNK):
                self.log += content
                del self.log[:-LONGEST_LOG]
        except BlockingIOError:
            return
        self.selector.unregister(self.output)
        self.output.close()
        self.output = None

    def taken_log(self):
        """What the process has written since the last time: all that it wrote before it answered."""
        if self.output:
            self.read_output()
        lines = self.log.decode(errors="replace").splitlines()
        self.log.clear()
        return "\n".join(lines)

    def handle(self, connection, method, path, body):
        if method == "GET" and path.endswith("/runtime/invocation/next"):
            self.waiting = connection
        elif path.endswith("/runtime/init/error"):
            self.init_error = parsed(body)
            connection.respond(202)
        elif self.request_id and f"/runtime/invocation/{self.request_id}/" in path:
            self.result = (path.rstrip("/").rsplit("/", 1)[-1], parsed(body))
            self.request_id = None
            connection.respond(202)
        else:
            # As AWS's Runtime Interface Emulator answers.
            connection.respond(400, b'{"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}')

    def close(self):
        for connection in list(self.connections):
            connection.close()
        self.selector.close()
        self.listener.close()
        if self.output:
            self.output.close()
            self.output = None


class Connection:
    """One connection of the process, which stays open for many requests; `on_*` is what the parser calls."""

    def __init__(self, api, connected):
        self.api, self.socket = api, connected
        self.parser = HttpRequestParser(self)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        api.connections.add(self)
        api.selector.register(connected, selectors.EVENT_READ, self.read)

    def read(self):
        try:
            content = self.socket.recv(CHUNK)
        except OSError:
            content = b""
        if content:
            self.parser.feed_data(content)
        else:
            self.close()

    def on_message_begin(self):
        self.path, self.body = b"", b""

    def on_url(self, url):
        self.path += url

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        self.api.handle(self, self.parser.get_method().decode(), self.path.decode(), self.body)

    def respond(self, status, body=b"", headers=None):
        headers = {**(headers or {}), "Content-Type": "application/json", "Content-Length": len(body)}
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        try:
            self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        except ConnectionError:
            # A process that has ended is noticed by its output's end.
            self.close()

    def close(self):
        if self in self.api.connections:
            self.api.connections.remove(self)
            self.api.selector.unregister(self.socket)
            self.socket.close()
        if self.api.waiting is self:
            self.api.waiting = None


def parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
