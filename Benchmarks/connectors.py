#!/usr/bin/env python3
"""Measures the connectors of RabbitMQ and PostgreSQL beside the shortest loops over the same libraries, in turn.

usage: Benchmarks/connectors.py [PAIRS] [rabbitmq | postgres]

Needs the release build of `integration`, both servers' packages, cc, and the development files of libpq and
librabbitmq. It runs servers of its own on loopback. Rates are messages a second of wall time: what many take more than
few, so that starting and stopping is taken out. The load average is shown because rates are only comparable on a quiet
machine.
"""

import contextlib
import json
import os
import pathlib
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
ENGINE = ROOT / ".build/release/integration"
ORDER = {
    "orderId": 4711, "status": "created", "currency": "EUR", "placedAt": "2026-03-01T12:30:00Z",
    "customer": {"id": "C-1001", "name": "Ada Lovelace", "email": "ada@example.com", "country": "PT"},
    "orderItems": [{"sku": f"SKU-{n:04}", "name": f"Part {n}", "quantity": n + 1, "price": 12.5 + n} for n in range(4)],
    "shipping": {"street": "Rua Augusta 1", "city": "Lisboa", "zip": "1100-053", "method": "express"},
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextlib.contextmanager
def server(script, folder, *ports):
    """A server that ends with this block."""
    folder.mkdir()
    for above in [folder, folder.parent]:
        above.chmod(0o711)
    process = subprocess.Popen([ROOT / "Tests/Servers" / script, folder, *ports], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        while not (line := process.stdout.readline()).startswith("ready"):
            if not line:
                sys.exit(f"error: {script} does not start")
        yield
    finally:
        process.stdin.close()
        process.wait()


def cost(command, folder, **environment):
    """Seconds of wall time, and of processor time."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Bench:
    def __init__(self, folder, pairs):
        self.folder, self.pairs = folder, pairs
        self.rates = {}
        (folder / "order.json").write_text(json.dumps(ORDER, separators=(",", ":")))

    def build(self, name, library, *options):
        out = self.folder / name
        subprocess.run(["cc", "-O2", *options, HERE / f"connectors/{name}.c", f"-l:{library}", "-o", out], check=True)
        return out

    def write(self, name, count, batch, at_once=64):
        text = (HERE / f"connectors/{name}.yaml").read_text()
        for word, value in (("COUNT", count), ("BATCH", batch), ("ATONCE", at_once), ("BODY", json.dumps(ORDER))):
            text = text.replace(word, str(value))
        (self.folder / f"{name}.yaml").write_text(text)

    def engine(self, name, count, batch=100, at_once=64, **environment):
        """One run of a configuration whose source ends."""
        self.write(name, count, batch, at_once)
        return cost([ENGINE, "run", f"{name}.yaml", "--until-idle"], self.folder, **environment)

    def engine_until(self, done, name, batch=100, **environment):
        """One run of a configuration, stopped when the command `done` says that there is nothing left."""
        self.write(name, 0, batch)
        started = time.perf_counter()
        process = subprocess.Popen([ENGINE, "run", f"{name}.yaml"], cwd=self.folder, env=os.environ | environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(done, check=True)
        process.terminate()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"error: {name}.yaml ended with {process.returncode}")
        return time.perf_counter() - started, used.ru_utime + used.ru_stime

    def rate(self, name, few, many, run, prepare=lambda count: None):
        """Messages a second, and microseconds of processor time each."""
        costs = []
        for count in (few, many):
            prepare(count)
            costs.append(run(count))
        self.rates.setdefault(name, []).append(
            ((many - few) / (costs[1][0] - costs[0][0]), (costs[1][1] - costs[0][1]) / (many - few) * 1e6))

    def show(self, name):
        samples = self.rates[name]
        print(f"{name:34} {statistics.median(s[0] for s in samples):9.0f} a second"
              f" {statistics.median(s[1] for s in samples):7.1f} us of CPU each", flush=True)

    def compare(self, ours, other, mark, times=False):
        ratio = statistics.median(a[0] / b[0] for a, b in zip(self.rates[ours], self.rates[other]))
        text = f"{ratio:.1f} x" if times else f"{ratio:.0%}"
        wanted = f"{mark} x" if times else f"{mark:.0%}"
        print(f"    {ours}: {text} of {other} (mark {wanted}): {'reached' if ratio >= mark else 'MISSED'}", flush=True)


def rabbitmq(bench):
    port = free_port()
    with server("rabbitmq.sh", bench.folder / "rabbitmq", port, free_port(), free_port()):
        bare = bench.build("bare_amqp", "librabbitmq.so.4", f"-I{ROOT}/Sources/CLibraries/CRabbitMQ/include")

        def loop(queue, *arguments):
            return cost([bare, port, queue, *map(str, arguments)], bench.folder)

        def empty(_):
            for queue in ("bench", "bench-mapped"):
                loop(queue, "purge")

        def fill(count):
            empty(count)
            loop("bench", "publish", count, 1000, "order.json")

        for queue in ("bench", "bench-mapped"):
            loop(queue, "declare")
        def until_empty(name):
            return bench.engine_until([bare, port, "bench", "wait"], name, AMQP_PORT=port)

        few, many = 20_000, 100_000
        for _ in range(bench.pairs):
            bench.rate("publish, bare", few, many, lambda n: loop("bench", "publish", n, 1000, "order.json"), empty)
            bench.rate("publish alike, bare", few, many,
                       lambda n: loop("bench", "publish-alike", n, 1000, "order.json"), empty)
            bench.rate("publish", few, many, lambda n: bench.engine("publish", n, AMQP_PORT=port), empty)
            bench.rate("consume, bare", few, many, lambda n: loop("bench", "consume", n, 200), fill)
            bench.rate("consume", few, many, lambda _: until_empty("consume"), fill)
            bench.rate("in, map, out", few, many, lambda _: until_empty("map"), fill)
    for name in ("publish, bare", "publish alike, bare", "publish", "consume, bare", "consume", "in, map, out"):
        bench.show(name)
    bench.compare("publish", "publish, bare", 0.7)
    bench.compare("publish", "publish alike, bare", 0.7)
    bench.compare("consume", "consume, bare", 0.7)
    each = statistics.median(s[1] for s in bench.rates["in, map, out"])
    print(f"    in, map, out: {each:.1f} us of CPU each (mark 30): {'reached' if each <= 30 else 'MISSED'}")


def postgres(bench):
    port = free_port()
    database = f"postgres://postgres@127.0.0.1:{port}/postgres"
    with server("postgres.sh", bench.folder / "postgres", port, "fsync=on"):
        bare = bench.build("bare_pq", "libpq.so.5", "-I/usr/include/postgresql")

        def loop(*arguments):
            return cost([bare, database, *map(str, arguments)], bench.folder)

        def sql(text):
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", database, "-c", text], check=True,
                           stdout=subprocess.DEVNULL)

        def engine(name, count, batch, at_once=64):
            return bench.engine(name, count, batch, at_once, DATABASE=database)

        def until_empty(batch):
            return bench.engine_until([bare, database, "wait", "0"], "claim", batch, DATABASE=database)

        def empty(_):
            sql("truncate bench_rows")

        def fill(count):
            sql("truncate bench_queue")
            sql(f"insert into bench_queue (body) select '{json.dumps(ORDER)}' from generate_series(1, {count})")
            sql("vacuum analyze bench_queue")

        sql("create table bench_rows (id bigint, name text, total numeric, doc jsonb)")
        sql("create table bench_customers (id bigint primary key, name text)")
        sql("insert into bench_customers select n, 'Customer ' || n from generate_series(0, 9999) n")
        sql("vacuum analyze bench_customers")
        # It makes the table of the queue.
        until_empty(1)
        for _ in range(bench.pairs):
            bench.rate("COPY, bare", 10_000, 90_000, lambda n: loop("copy", n, 1000, "order.json"), empty)
            bench.rate("insert by 1000", 10_000, 90_000, lambda n: engine("insert", n, 1000), empty)
            bench.rate("insert row by row, bare", 1_000, 6_000, lambda n: loop("rows", n, "order.json"), empty)
            bench.rate("insert by 1", 1_000, 6_000, lambda n: engine("insert", n, 1), empty)
            for batch, few, many in ((1, 1_000, 6_000), (10, 2_000, 22_000), (100, 10_000, 60_000)):
                bench.rate(f"claim by {batch}, bare", few, many, lambda n: loop("claim", n, batch), fill)
                bench.rate(f"claim by {batch}", few, many, lambda _: until_empty(batch), fill)
            bench.rate("find one by one, bare", 2_000, 12_000, lambda n: loop("find", n))
            bench.rate("find one by one", 2_000, 12_000, lambda n: engine("find", n, 1, at_once=1))
            bench.rate("find by 1, four at once", 2_000, 12_000, lambda n: engine("find", n, 1))
            bench.rate("find by 100", 20_000, 220_000, lambda n: engine("find", n, 100))
    for name in bench.rates:
        if not name.startswith(("publish", "consume", "in,")):
            bench.show(name)
    bench.compare("insert by 1000", "COPY, bare", 0.6)
    bench.compare("insert by 1000", "insert row by row, bare", 25, times=True)
    bench.compare("COPY, bare", "insert row by row, bare", 25, times=True)
    for batch in (1, 10, 100):
        bench.compare(f"claim by {batch}", f"claim by {batch}, bare", 0.6)
    bench.compare("find by 100", "find one by one", 20, times=True)


def main():
    parts = {"rabbitmq": rabbitmq, "postgres": postgres}
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    chosen = sys.argv[2:] or list(parts)
    print(f"load average at the start: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), pairs)
        for name in chosen:
            parts[name](bench)


if __name__ == "__main__":
    main()
