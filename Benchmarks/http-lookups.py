#!/usr/bin/env python3
"""Measures lookups over HTTP beside bare async-http-client, against nginx on loopback, in turn.

usage: Benchmarks/http-lookups.py [PAIRS]

Needs nginx, the release build of `integration`, and `swift build -c release --package-path Benchmarks/HTTP`. Rates are
requests a second of wall time: what 50,000 requests take more than 10,000, so that starting and stopping is taken out.
The load average is shown because rates are only comparable on a quiet machine.
"""

import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
FEW, MANY, LANES = 10_000, 50_000, 32


def nginx(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
        events {{}}
        http {{
            access_log off; keepalive_requests 1000000;
            client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
            uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
            server {{ listen 127.0.0.1:{port}; default_type application/json;
                      location / {{ return 200 '{{"id":"1","name":"Customer","tier":"gold","country":"PT"}}'; }} }}
        }}""")
    server = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"])
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        time.sleep(0.01)
    return server, f"http://127.0.0.1:{port}"


def timed(command, folder, **environment):
    """Seconds of wall time, and of processor time."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rate(run):
    few, many = run(FEW), run(MANY)
    return (MANY - FEW) / (many[0] - few[0]), (many[1] - few[1]) / (MANY - FEW) * 1e6


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    engine = HERE.parent / ".build/release/integration"
    bare = HERE / "HTTP/.build/release/BareClient"
    folder = pathlib.Path(tempfile.mkdtemp())
    text = (HERE / "http-lookups/enrich.yaml").read_text()
    for count in (FEW, MANY):
        (folder / f"{count}.yaml").write_text(text.replace("count: 10000", f"count: {count}"))
    server, url = nginx(folder)
    print(f"load average at the start: {os.getloadavg()[0]:.1f}")
    try:
        yardstick, ours = [], []
        for _ in range(pairs):
            yardstick.append(rate(lambda count: timed([bare, f"{url}/customers/", str(count), str(LANES)], folder)))
            ours.append(rate(lambda count: timed([engine, "run", f"{count}.yaml", "--until-idle"], folder, URL=url)))
        for name, samples in (("async-http-client", yardstick), ("enrich", ours)):
            print(f"{name:20} {statistics.median(s[0] for s in samples):8.0f} requests/s"
                  f" {statistics.median(s[1] for s in samples):6.1f} us of CPU each")
        share = statistics.median(a[0] / b[0] for a, b in zip(ours, yardstick))
        print(f"enrich does {share:.0%} of what bare async-http-client does")
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder)


main()
