#!/usr/bin/env python3
"""An HTTP server that misbehaves as its paths say: the other side in tests of the HTTP client.

usage: scripted_http.py [--tls CERT KEY] [--client-ca CA] [--highest 1.1|1.2|1.3] [--port N]

Prints `port N` when it listens on 127.0.0.1, and ends when its standard input does. Every request but those for /log is
noted; /log shows what was noted, as JSON.

  CONNECT                a tunnel, as through a proxy
  /echo /ok /token /protected /bulk   what a good server does
  /fail/N/STATUS/NAME    N times STATUS, then 200; each NAME counts for itself
  /status/N              this status; ?retry-after=VALUE adds the header
  /slow/SECONDS          waits before it answers      /trickle/SECONDS   sends a byte of its body a second
  /half /close /reset    half a body, no answer, RST  /garbage /html     no HTTP, no JSON
  /redirect/STATUS?to=…  a redirect                   /gzip /bomb/MIB    packed answers
  /headers/N /header/N   N headers, one of N bytes    /size/N            a body of N bytes
  /contract              201, 401 without the bearer token, 422 for a body with `refuse` in it
  /customers/KEY         a row, 404 for a key that begins with `no`
  /customers?ids=a,b     rows by key; /list/customers?ids=a,b a list without those that begin with `no`
"""

import argparse
import gzip
import io
import json
import select
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib

lock = threading.Lock()
requests = []
counts = {}
tokens = {"issued": 0, "valid": set(), "lifetime": 3600}


class Closed(Exception):
    pass


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.pending = b""

    def line(self):
        while b"\r\n" not in self.pending:
            self.fill()
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line.decode("latin-1")

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise Closed
        self.pending += data

    def exactly(self, count):
        while len(self.pending) < count:
            self.fill()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def request(self):
        method, target, _ = self.line().split(" ", 2)
        headers = []
        while (line := self.line()) != "":
            name, value = line.split(":", 1)
            headers.append([name.lower(), value.strip().encode("latin-1").decode("utf-8", "replace")])
        known = dict(headers)
        body = b""
        if "content-length" in known:
            body = self.exactly(int(known["content-length"]))
        elif known.get("transfer-encoding") == "chunked":
            while (size := int(self.line(), 16)) > 0:
                body += self.exactly(size)
                self.line()
            self.line()
        return method, target, headers, body

    def answer(self, status, body=b"", headers=(), reason="Because", method="GET"):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers = [("content-type", "application/json"), *headers]
        head = f"HTTP/1.1 {status} {reason}\r\n"
        for name, value in [*headers, ("content-length", str(len(body)))]:
            head += f"{name}: {value}\r\n"
        self.sock.sendall(head.encode("latin-1") + b"\r\n" + (b"" if method == "HEAD" else body))

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Closed


def tunnel(connection, target):
    """A proxy's work; a port below 1000 is the status of its refusal."""
    host, port = target.rsplit(":", 1)
    if int(port) < 1000:
        return connection.answer(int(port))
    with socket.create_connection((host, int(port))) as other:
        connection.sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        other.sendall(connection.pending)
        ends = {connection.sock: other, other: connection.sock}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = end.recv(65536)
                if not data:
                    raise Closed
                ends[end].sendall(data)


def customer(key):
    return None if key.startswith("no") else {"id": key, "name": f"Customer {key}", "tier": "gold"}


def token(body, headers):
    form = dict(urllib.parse.parse_qsl(body.decode()))
    known = dict(headers)
    id_and_secret = known.get("authorization", "")
    if form.get("client_secret") != "s3cret" and id_and_secret != "Basic Y2xpZW50OnMzY3JldA==":
        return 401, {"error": "invalid_client", "error_description": "no such client, or not its secret: s3cret?"}
    with lock:
        tokens["issued"] += 1
        name = f"token-{tokens['issued']}"
        tokens["valid"].add(name)
        grant = {"access_token": name, "token_type": "bearer", "form": form}
        if tokens["lifetime"]:
            grant["expires_in"] = tokens["lifetime"]
        return 200, grant


def serve(connection):
    method, target, headers, body = connection.request()
    path, _, query_text = target.partition("?")
    query = dict(urllib.parse.parse_qsl(query_text))
    known = dict(headers)
    parts = path.split("/")[1:] or [""]
    note = {"method": method, "target": target, "headers": headers, "body": body.decode("utf-8", "replace")}
    if parts[0] == "log":
        with lock:
            shown = {"requests": list(requests), "tokens": tokens["issued"]}
            if "clear" in query:
                requests.clear()
        return connection.answer(200, shown)
    with lock:
        requests.append(note)

    def say(status, body=b"", headers=()):
        note["status"] = status
        connection.answer(status, body, headers, method=method)

    if method == "CONNECT":
        return tunnel(connection, target)
    match parts:
        case ["echo", *_]:
            say(200, note)
        case ["ok", *_]:
            say(200)
        case ["fail", times, status, *name]:
            with lock:
                seen = counts[path] = counts.get(path, 0) + 1
            say(int(status) if seen <= int(times) else 200, {"seen": seen, "name": name})
        case ["status", status, *_]:
            more = [("retry-after", query["retry-after"])] if "retry-after" in query else []
            say(int(status), {"error": query.get("say", "as asked")}, more)
        case ["slow", seconds, *_]:
            time.sleep(float(seconds))
            say(200, {"slow": True})
        case ["trickle", seconds, *_]:
            connection.sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            for _ in range(int(float(seconds) * 10)):
                connection.sock.sendall(b"x")
                time.sleep(0.1)
        case ["half", *_]:
            connection.sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"half\": ")
            raise Closed
        case ["half-head", *_]:
            connection.sock.sendall(b"HTTP/1.1 200 O")
            raise Closed
        case ["close", *_]:
            raise Closed
        case ["reset", *_]:
            connection.reset()
        case ["garbage", *_]:
            connection.sock.sendall(b"\x00\x01this is not HTTP at all\r\n\r\n")
            raise Closed
        case ["html", status]:
            page = b"<html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"
            say(int(status), page, [("content-type", "text/html; charset=utf-8")])
        case ["redirect", status, *_]:
            say(int(status), b"", [("location", query["to"])])
        case ["gzip"]:
            say(200, gzip.compress(json.dumps(note).encode()),
                [("content-encoding", "gzip"), ("content-type", "application/json")])
        case ["deflate"]:
            say(200, zlib.compress(json.dumps(note).encode()),
                [("content-encoding", "deflate"), ("content-type", "application/json")])
        case ["cut-gzip"]:
            say(200, gzip.compress(json.dumps(note).encode())[:-20], [("content-encoding", "gzip")])
        case ["bomb", size]:
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode="wb") as file:
                for _ in range(int(size)):
                    file.write(bytes(1 << 20))
            say(200, packed.getvalue(), [("content-encoding", "gzip")])
        case ["headers", count]:
            say(200, b"", [(f"x-{n}", "v") for n in range(int(count))])
        case ["header", size]:
            say(200, b"", [("x-long", "v" * int(size))])
        case ["endless-headers"]:
            connection.sock.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sock.sendall(b"x-more: and more\r\n" * 100)
        case ["size", size]:
            say(200, b"x" * int(size))
        case ["endless"]:
            connection.sock.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while True:
                connection.sock.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        case ["token"]:
            say(*token(body, headers))
        case ["token-lifetime", seconds]:
            tokens["lifetime"] = int(seconds)
            say(200)
        case ["revoke"]:
            with lock:
                tokens["valid"].clear()
            say(200)
        case ["protected", *_]:
            bearer = known.get("authorization", "").removeprefix("Bearer ")
            say(200, note) if bearer in tokens["valid"] else say(401, {"error": f"invalid token {bearer}"})
        case ["contract"]:
            if known.get("authorization") != "Bearer s3cret":
                say(401)
            else:
                say(422 if "refuse" in note["body"] else 201)
        case ["key"]:
            given = known.get("x-api-key") or query.get("api_key") or known.get("authorization")
            say(200, {"given": given}) if given in KEYS else say(403, {"error": f"{given} may not do that"})
        case ["bulk"]:
            # Each item says what becomes of it.
            items = [json.loads(line) for line in body.decode().splitlines() if line] \
                if known.get("content-type") == "application/x-ndjson" else json.loads(body)
            say(200, {"items": [{"status": item.get("status", 201), "error": item.get("error")} for item in items]})
        case ["strict-bulk"]:
            items = json.loads(body)
            say(422 if any("bad" in item for item in items) else 201, {"error": "one of them is bad"})
        case ["customers", key]:
            row = customer(urllib.parse.unquote(key))
            say(200, row) if row else say(404, {"error": "no such customer"})
        case ["customers"]:
            say(200, {key: customer(key) for key in query["ids"].split(",")})
        case ["list", "customers"]:
            rows = [row for key in query["ids"].split(",") if (row := customer(key))]
            say(200, {"data": {"customers": rows}})
        case ["in-order", "customers"]:
            say(200, [customer(key) for key in query["ids"].split(",")])
        case _:
            say(404, {"error": "no such path"})


KEYS = {"s3cret", "Basic am9lOnMzY3JldA==", "Bearer s3cret"}


def run(sock, context):
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        connection = Connection(sock)
        while True:
            serve(connection)
    except (Closed, OSError, ValueError):
        pass
    finally:
        sock.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--highest")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        if options.client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(options.client_ca)
        if options.highest:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = getattr(ssl.TLSVersion, "TLSv" + options.highest.replace(".", "_"))
    listener = socket.create_server(("127.0.0.1", options.port), backlog=256)
    print("port", listener.getsockname()[1], flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready and not sys.stdin.read(1):
            return
        if listener in ready:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=run, args=(sock, context), daemon=True).start()


main()
