"""Measures the durable engine: the rows of its own that measure.py adds to its table."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
DEPTHS = (10_000, 100_000, 1_000_000)


def run(given, measure, name, **environment):
    """One run until idle of a configuration in the folder of the orders."""
    if (HERE / "durable" / name).exists():
        shutil.copy(HERE / "durable" / name, given.folder / name)
    os.environ.update(environment)
    return measure([given.binary, "run", name, "--until-idle"], given.folder)


def clear(given):
    shutil.rmtree(given.folder / "data", ignore_errors=True)


def stored(given, sql):
    store = sqlite3.connect(f"file:{given.folder / 'data/integration.db'}?mode=ro", uri=True)
    (count,) = store.execute(sql).fetchone()
    store.close()
    return count


def order_sync(given, measure):
    """From a file into a queue, through the steps into queues, everything on the disk; the counts are compared."""
    samples = []
    for _ in range(given.pairs):
        clear(given)
        samples.append(run(given, measure, "order-sync-durable.yaml"))
    compared = subprocess.run([HERE.parent / "scripts/compare-orders", given.folder, "--store", given.folder / "data"])
    return samples, compared.returncode == 0


def into_store(given, measure, name, sql, total):
    """A flow whose messages all end in the store."""
    samples = []
    for _ in range(given.pairs):
        clear(given)
        samples.append(run(given, measure, name))
    right = stored(given, sql) == total
    if not right:
        print(f"error: {name}: {stored(given, sql)} of {total} messages are in the store", file=sys.stderr)
    return samples, right


def depths(given, measure):
    """Microseconds of wall time a message costs to be put into a queue and taken out of it, by how many are in it."""
    costs, right = {}, True
    for depth in DEPTHS:
        clear(given)
        filled = run(given, measure, "fill.yaml", COUNT=str(depth))
        right = right and stored(given, "SELECT count(*) FROM messages") == depth
        drained = run(given, measure, "drain.yaml")
        right = right and stored(given, "SELECT count(*) FROM messages") == 0
        costs[depth] = (filled.wall / depth * 1e6, drained.wall / depth * 1e6)
    if not right:
        print("error: fill and drain: other counts than were put in", file=sys.stderr)
    return costs, right


def ready(given):
    """Milliseconds from start until the first message went through a durable queue, and MiB after 3 s without work."""
    shutil.copy(HERE / "durable/idle.yaml", given.folder / "idle.yaml")
    times, memory = [], []
    for _ in range(11):
        clear(given)
        started = time.perf_counter()
        process = subprocess.Popen([given.binary, "run", "idle.yaml"], cwd=given.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = process.stdout.readline()
        times.append((time.perf_counter() - started) * 1e3)
        time.sleep(3)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        memory += [int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmRSS:")]
        process.terminate()
        if process.wait() != 0 or json.loads(line) != {"ready": True}:
            sys.exit("error: idle.yaml: the engine did not start or did not end as it should")
    return times, memory
