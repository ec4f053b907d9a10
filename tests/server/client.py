"""A small client of `goru serve`, on the standard library."""

import http.client
import json
import ssl
import time


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


def connect(server, timeout=60, ca_file=None):
    if server.url.startswith("https:"):
        context = ssl.create_default_context(cafile=ca_file)
        return http.client.HTTPSConnection(server.host, server.port, timeout=timeout, context=context)
    return http.client.HTTPConnection(server.host, server.port, timeout=timeout)


def ask(server, method, path, body=None, headers=None, connection=None, timeout=60, ca_file=None):
    """The reply to one request; `body` may be bytes, or anything that JSON can say."""
    own = connection is None
    connection = connection or connect(server, timeout, ca_file)
    try:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        if own:
            connection.close()


def run(server, code, **more):
    """The answer of /v1/run."""
    reply = ask(server, "POST", "/v1/run", {"code": code, **more})
    assert reply.status == 200, reply.text
    return reply.json()


def events(response):
    """(name, data) of each server-sent event, as they come."""
    name = None
    for raw in response:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


def until(condition, seconds=60):
    """Waits for a condition; what it returned when it was true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come to that")
