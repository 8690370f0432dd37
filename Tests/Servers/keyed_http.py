#!/usr/bin/env python3
"""Answers `GET /KEY` with `{"key": KEY, "port": PORT}`, over connections that stay open.

usage: keyed_http.py PORT      (0: any; its first line is `ready PORT`; it ends when standard input does)
"""

import asyncio
import sys


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            line = self.received[: self.received.find(b"\r\n")].split(b" ")
            self.received = self.received[end + 4 :]
            port = self.transport.get_extra_info("sockname")[1]
            body = b'{"key": "%s", "port": %d}' % (line[1][1:], port)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
            )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", int(sys.argv[1]))
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
