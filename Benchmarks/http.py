#!/usr/bin/env python3
"""Measures the HTTP source beside nginx and bare NIO that only answer 200, in one run.

usage: Benchmarks/http.py [--seconds N] [--rounds N] [--binary FILE] [--only NAME,NAME]

wrk sends orders over kept connections; CPU is the server's own (utime + stime of /proc/PID/stat) by answered request.
The servers beside it are built by `swift build -c release --package-path Benchmarks/HTTP`; those that are not there are
left out, and it says so.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / ".build/bench-http"
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    """Seconds of CPU of a process and of its children that run."""
    total = 0
    for process in [pid, *children(pid)]:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(500):
        if process.poll() is not None:
            sys.exit(f"error: {process.args[0]} ended before it listened")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"error: nothing listens on port {port} after 10 s")


def load(port, connections, seconds):
    command = ["wrk", "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "-s", str(HERE / "http-server/orders.lua"),
               f"http://127.0.0.1:{port}/orders", "--", str(FOLDER / "orders.ndjson")]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(next(line for line in output.splitlines() if line.startswith("RESULT")).removeprefix("RESULT "))


def measure(start, connections, seconds):
    """One server from its start to its end: a warm-up, then the load that counts."""
    port = free_port()
    process = start(port)
    try:
        wait_for(port, process)
        load(port, connections, 1)
        before, busy = cpu(process.pid), machine()
        result = load(port, connections, seconds)
        used = cpu(process.pid) - before
        result.update(connections=connections, rate=result["requests"] / result["us"] * 1e6,
                      cpu=used / result["requests"] * 1e6, memory=memory(process.pid), busy=machine() - busy)
        return result
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def machine():
    """Seconds of CPU that the whole machine has spent."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return (sum(map(int, fields[:3])) + sum(map(int, fields[5:8]))) / TICK


def engine(binary, name):
    def start(port):
        shutil.rmtree(FOLDER / "data", ignore_errors=True)
        text = (HERE / "http-server" / f"{name}.yaml").read_text()
        text = text.replace("127.0.0.1:14280", f"127.0.0.1:{port}").replace("127.0.0.1:14281", f"127.0.0.1:{port}")
        (FOLDER / f"{name}.yaml").write_text(text)
        return subprocess.Popen([binary, "run", f"{name}.yaml"], cwd=FOLDER, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return start


def nginx(port):
    (FOLDER / "body").mkdir(exist_ok=True)
    (FOLDER / "nginx.conf").write_text((HERE / "http-server/nginx.conf").read_text().replace("PORT", str(port)))
    return subprocess.Popen([shutil.which("nginx"), "-p", str(FOLDER), "-c", "nginx.conf"], stderr=subprocess.DEVNULL)


def bare(name):
    path = HERE / "HTTP/.build/release" / name
    return path, lambda port: subprocess.Popen([path, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--binary", default=str(ROOT / ".build/release/integration"))
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "orders.ndjson").exists():
        subprocess.run([ROOT / "scripts/make-orders", "20000", FOLDER], check=True)
    servers = [("nginx, only 200", nginx, 32)]
    for name in ("BareNIO", "BareHummingbird"):
        path, start = bare(name)
        if path.exists():
            servers.append((name, start, 32))
        else:
            print(f"{name} is left out: swift build -c release --package-path Benchmarks/HTTP makes it", file=sys.stderr)
    servers += [("http-map", engine(given.binary, "http-map"), 32),
                ("http-durable", engine(given.binary, "http-durable"), 32),
                ("http-durable", engine(given.binary, "http-durable"), 256)]
    if given.only:
        servers = [server for server in servers if any(name in server[0] for name in given.only.split(","))]
    rows = {}
    for _ in range(given.rounds):
        for name, start, connections in servers:
            rows.setdefault((name, connections), []).append(measure(start, connections, given.seconds))
    print("| server | connections | requests/s | CPU µs/request | p50 ms | p99 ms | peak MiB | errors | machine busy |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (name, connections), results in rows.items():
        def median(key):
            return statistics.median(result[key] for result in results)
        # A bad order is answered with 400 or 422 by http-map; that is no error of the server.
        print(f"| {name} | {connections} | {median('rate'):,.0f} | {median('cpu'):.1f} | {median('p50') / 1000:.2f} | "
              f"{median('p99') / 1000:.2f} | {median('memory'):.0f} | {sum(r['socket'] for r in results)} | "
              f"{median('busy') / given.seconds / os.cpu_count():.0%} |")


if __name__ == "__main__":
    main()
