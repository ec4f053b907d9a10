#!/usr/bin/env python3
"""A web server for tests, on loopback, with free ports.

usage: http_server.py [--port-file FILE] [--tls DIRECTORY]

Prints one line of JSON when it is ready, and writes the same to FILE: {"http": PORT, "http6": PORT or null, "proxy": PORT,
"https": PORT, "ca": PATH}. The last two only with --tls, which makes a certificate authority and a certificate for
localhost and 127.0.0.1 in DIRECTORY with the program `openssl`. It ends when its standard input does, so with whoever
started it. "proxy" is an HTTP proxy that connects to 127.0.0.1 whatever host it is asked for.

    /echo                   what came, as JSON: method, target, headers (list of pairs), body, connection (a number)
    /connections            how many connections were made so far, this one included
    /requests               how many requests came so far, this one included
    /status/N               that status, with a short body
    /slow/MILLISECONDS      answers after that time
    /hold                   never answers
    /drip                   sends one byte of an endless body each 20 ms
    /bytes/N                N bytes
    /chunked/N              N bytes in chunks
    /endless                an endless body
    /gzip/N                 N zero bytes, packed
    /headers/N              N bytes of headers
    /interim                many "100 Continue" without an end
    /repeat                 the header Set-Cookie twice, one value in Latin-1
    /binary                 bytes that are no UTF-8
    /broken/KIND            closed (no answer), short (less body than announced), garbage (no HTTP)
    /redirect?to=URL&status=N   leads to URL, as it is
    /chain/N                leads to /chain/N-1, and in the end to /echo
    /reflect?header=NAME    repeats the value of a header of the request in a header, and byte by byte in the body
    /reflect-location?header=NAME   leads to /echo?value=VALUE of that header
"""

import argparse
import asyncio
import gzip
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.parse

connections = 0
requests = 0


def response(status, body=b"", headers=()):
    lines = [f"HTTP/1.1 {status} Status"]
    lines += [f"{name}: {value}" for name, value in headers]
    if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = [("Transfer-Encoding", "chunked")]


class Request:
    def __init__(self, method, target, headers, body, connection):
        self.method, self.target, self.headers, self.body, self.connection = method, target, headers, body, connection
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query))

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def echo(self):
        return json.dumps({
            "method": self.method, "target": self.target, "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"), "connection": self.connection,
        }).encode()


async def endless(writer, data, pause):
    writer.write(response(200, headers=CHUNKED))
    while True:
        writer.write(chunk(data))
        await writer.drain()
        await asyncio.sleep(pause)


async def answer(request, writer):
    """Writes the response. False: the connection ends here."""
    name, _, argument = request.path[1:].partition("/")
    if name == "echo":
        writer.write(response(200, request.echo(), [("Content-Type", "application/json")]))
    elif name == "connections":
        writer.write(response(200, str(connections).encode()))
    elif name == "requests":
        writer.write(response(200, str(requests).encode()))
    elif name == "status":
        writer.write(response(int(argument), b"" if argument in ("204", "304") else b"status " + argument.encode()))
    elif name == "slow":
        await asyncio.sleep(int(argument) / 1000)
        writer.write(response(200, b"slow"))
    elif name == "hold":
        await asyncio.sleep(3600)
    elif name == "drip":
        await endless(writer, b".", 0.02)
    elif name == "bytes":
        writer.write(response(200, b"b" * int(argument)))
    elif name == "chunked":
        body = b"c" * int(argument)
        parts = b"".join(chunk(body[at:at + 1000]) for at in range(0, len(body), 1000))
        writer.write(response(200, parts + chunk(b""), CHUNKED))
    elif name == "endless":
        await endless(writer, b"e" * 10000, 0)
    elif name == "gzip":
        writer.write(response(200, gzip.compress(bytes(int(argument))), [("Content-Encoding", "gzip")]))
    elif name == "headers":
        count = int(argument) // 1000
        writer.write(response(200, b"headers", [(f"X-{i}", "h" * 990) for i in range(count)]))
    elif name == "interim":
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\nX-Fill: " + b"i" * 1000 + b"\r\n\r\n")
            await writer.drain()
    elif name == "repeat":
        writer.write(response(200, b"repeat", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Latin", "caf\u00e9")]))
    elif name == "binary":
        writer.write(response(200, b"\xff\xfe\x00binary"))
    elif name == "broken":
        if argument == "short":
            writer.write(response(200, b"0123456789", [("Content-Length", "100")]))
        elif argument == "garbage":
            writer.write(b"this is not http\r\n\r\n")
        return False
    elif name == "redirect":
        status = int(request.query.get("status", 302))
        writer.write(response(status, b"moved", [("Location", request.query["to"])]))
    elif name == "chain":
        left = int(argument)
        writer.write(response(302, b"", [("Location", f"/chain/{left - 1}" if left > 0 else "/echo")]))
    elif name == "reflect":
        value = request.header(request.query["header"])
        parts = b"".join(chunk(bytes([byte])) for byte in value.encode())
        writer.write(response(200, parts + chunk(b""), CHUNKED + [("X-Reflected", value)]))
    elif name == "reflect-location":
        value = request.header(request.query["header"])
        writer.write(response(302, b"", [("Location", "/echo?value=" + value)]))
    else:
        writer.write(response(404, b"nothing here"))
    return True


class HeadOnly:
    """Takes a whole response and sends its head: what HEAD is answered with."""

    def __init__(self, writer):
        self.writer, self.done = writer, False

    def write(self, data):
        if not self.done:
            self.writer.write(data[:data.index(b"\r\n\r\n") + 4])
            self.done = True

    async def drain(self):
        await self.writer.drain()


async def read_request(reader, connection):
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ", 2)
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = await reader.readexactly(length)
    return Request(method, target, headers, body, connection)


async def serve(reader, writer):
    global connections, requests
    connections += 1
    number = connections
    try:
        while True:
            request = await read_request(reader, number)
            requests += 1
            if not await answer(request, HeadOnly(writer) if request.method == "HEAD" else writer):
                break
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, ValueError):
        pass
    finally:
        writer.close()


async def pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def proxy(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.decode("latin-1").split(" ", 2)
        place = target if method == "CONNECT" else urllib.parse.urlsplit(target).netloc
        port = int(place.rsplit(":", 1)[1]) if ":" in place else 80
        to_server, from_us = await asyncio.open_connection("127.0.0.1", port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connected\r\nX-Proxy: yes\r\n\r\n")
        else:
            path = urllib.parse.urlsplit(target)._replace(scheme="", netloc="").geturl() or "/"
            head = head.replace(target.encode(), path.encode(), 1).replace(b"\r\n", b"\r\nVia: proxy\r\n", 1)
            from_us.write(head)
        await asyncio.gather(pump(reader, from_us), pump(to_server, writer))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass
    finally:
        writer.close()


def make_certificates(directory):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=goru test CA")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (directory / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "2", "-extfile", "names")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    return context


async def main():
    parser = argparse.ArgumentParser(description="A web server for tests.")
    parser.add_argument("--port-file", type=pathlib.Path)
    parser.add_argument("--tls", type=pathlib.Path, metavar="DIRECTORY")
    arguments = parser.parse_args()

    async def start(handler, host, **options):
        server = await asyncio.start_server(handler, host, 0, backlog=1000, **options)
        return server.sockets[0].getsockname()[1]

    ports = {"http": await start(serve, "127.0.0.1"), "proxy": await start(proxy, "127.0.0.1")}
    try:
        ports["http6"] = await start(serve, "::1")
    except OSError:
        ports["http6"] = None
    if arguments.tls:
        ports["https"] = await start(serve, "127.0.0.1", ssl=make_certificates(arguments.tls.resolve()))
        ports["ca"] = str(arguments.tls.resolve() / "ca.pem")
    if arguments.port_file:
        # Renamed into place: whoever waits for it never sees half of it.
        partial = arguments.port_file.with_suffix(".partial")
        partial.write_text(json.dumps(ports))
        partial.rename(arguments.port_file)
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    # Without a word about the connections that are still open.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
