#!/usr/bin/env python3
"""An HTTP server that keeps what is posted to it: a line `PATH TAB BODY` in a file, on the disk before the answer.

usage: recording_http.py PORT FILE        ends when its standard input does
"""

import http.server
import os
import sys
import threading


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            # Cut off in the middle: an incomplete request (RFC 9112, section 8) is none.
            self.close_connection = True
            return
        os.write(self.server.record, self.path.encode() + b"\t" + body + b"\n")
        os.fdatasync(self.server.record)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Recorder)
    server.record = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", sys.argv[1], flush=True)
    sys.stdin.read()


main()
