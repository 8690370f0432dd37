#!/usr/bin/env python3
"""Times the engine and the yardstick in turn, prints a table and writes it as Markdown. Called by Benchmarks/run."""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import durable

HERE = pathlib.Path(__file__).resolve().parent
KIB_PER_MIB = 1024


@dataclasses.dataclass
class Sample:
    wall: float
    cpu: float
    peak_kib: int


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def measure(command, folder):
    """One run of a command: wall and user + system time in seconds, peak resident memory in KiB.

    The command is a child of /usr/bin/time, not of this process: Linux counts the memory of the process that forked
    as a child's peak, and an interpreter is larger than the engine.
    """
    with tempfile.NamedTemporaryFile("r") as peak, tempfile.TemporaryFile("w+") as words:
        started = time.perf_counter()
        process = subprocess.Popen(["/usr/bin/time", "--quiet", "-f", "%M", "-o", peak.name, *command],
                                   cwd=folder, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            words.seek(0)
            sys.exit(f"error: {' '.join(map(str, command))} ended with {process.returncode}\n{words.read()}")
        return Sample(wall, usage.ru_utime + usage.ru_stime, int(peak.read().split()[-1]))


def median(samples):
    return Sample(*(statistics.median(getattr(sample, field.name) for sample in samples)
                    for field in dataclasses.fields(Sample)))


def progress(words):
    print(f"    {words}", file=sys.stderr, flush=True)


def order_sync(given, total):
    """Engine and yardstick in turn, so that what else runs on the machine falls on both."""
    out, reference = given.folder / "out", given.folder / "yardstick"
    ours, theirs = [], []
    for pair in range(1, given.pairs + 1):
        clear(reference)
        theirs.append(measure([sys.executable, HERE / "order-sync/yardstick.py", "orders.ndjson", "customers.json",
                               "order.schema.json", "yardstick"], given.folder))
        clear(out)
        ours.append(measure([given.binary, "run", "order-sync.yaml", "--until-idle"], given.folder))
        progress(f"pair {pair} of {given.pairs}: engine {ours[-1].cpu / total * 1e6:.2f} µs of CPU a message, "
                 f"yardstick {theirs[-1].cpu / total * 1e6:.2f}")
    compared = subprocess.run([HERE.parent / "scripts/compare-orders", given.folder, "--reference", reference])
    return median(ours), median(theirs), compared.returncode == 0


def pass_through(given):
    samples = []
    for _ in range(given.pairs):
        clear(given.folder / "out")
        samples.append(measure([given.binary, "run", "pass-through.yaml", "--until-idle"], given.folder))
    # Without `ordering:` the lanes may overtake each other.
    read, written = ((given.folder / name).read_bytes().split(b"\n") for name in ("orders.ndjson", "out/copy.ndjson"))
    same = sorted(read) == sorted(written)
    if not same:
        print("error: pass-through: out/copy.ndjson differs from orders.ndjson", file=sys.stderr)
    return median(samples), same


def one_order(given):
    """One order from start to exit, and in turn with it a process that does nothing."""
    samples, floor = [], []
    for _ in range(21):
        clear(given.one / "out")
        samples.append(measure([given.binary, "run", "order-sync.yaml", "--until-idle"], given.one))
        floor.append(measure([given.floor], given.one))
    return median(samples), median(floor)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def commit():
    described = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty", "--abbrev=9"],
                               capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


def row(name, sample, total):
    return (f"| {name} | {total / sample.wall:,.0f} | {total / sample.cpu:,.0f} | {sample.cpu / total * 1e6:.2f} "
            f"| {sample.wall:.2f} | {sample.peak_kib / KIB_PER_MIB:.1f} |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("--binary", "--folder", "--one", "--floor", "--results"):
        arguments.add_argument(name, type=pathlib.Path, required=True)
    arguments.add_argument("--pairs", type=int, default=5)
    given = arguments.parse_args()

    total = json.loads((given.folder / "orders.ndjson.expected.json").read_text())["total"]
    print(f"==> Measuring: {given.pairs} pairs of {total:,} orders", file=sys.stderr)
    ours, theirs, right = order_sync(given, total)
    copied, same = pass_through(given)
    single, floor = one_order(given)
    progress("the durable engine: order-sync, enqueue, dead letters, depth of a queue, start, memory")
    synced, synced_right = durable.order_sync(given, measure)
    enqueued, enqueued_right = durable.into_store(
        given, measure, "enqueue.yaml", "SELECT count(*) FROM messages", total)
    buried, buried_right = durable.into_store(
        given, measure, "dead-letters.yaml", "SELECT count(*) FROM dead_letters", total)
    costs, depths_right = durable.depths(given, measure)
    times, memory = durable.ready(given)
    stored_right = synced_right and enqueued_right and buried_right and depths_right

    table = "\n".join([
        f"Commit {commit()}, {time.strftime('%Y-%m-%d', time.gmtime())}, {processor()}, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end. "
        f"{total:,} orders, medians of {given.pairs} runs.",
        "",
        "| | msg/s (wall) | msg per CPU-second | CPU µs/msg | wall s | peak MiB |",
        "|---|---|---|---|---|---|",
        row("order-sync", ours, total),
        row("yardstick.py, same run", theirs, total),
        row("pass-through, file to file", copied, total),
        row("durable order-sync, file to queue to queues, on the disk", median(synced), total),
        row("durable enqueue, file to queue, on the disk", median(enqueued), total),
        row("dead letters with their records, on the disk", median(buried), total),
        "",
        "| messages in the queue | µs to put one in | µs to take one out |",
        "|---|---|---|",
        *(f"| {depth:,} | {put:.2f} | {taken:.2f} |" for depth, (put, taken) in costs.items()),
        "",
        f"Start until the first message is through a durable queue: {statistics.median(times):.1f} ms "
        f"(median of {len(times)}); memory of an idle durable engine: {statistics.median(memory):.1f} MiB.",
        "",
        f"order-sync uses {ours.cpu / theirs.cpu:.2f} of the yardstick's processor time and "
        f"{ours.peak_kib / theirs.peak_kib:.2f} of its memory. "
        f"One order, start to exit: {single.wall * 1e3:.1f} ms wall, {single.cpu * 1e3:.1f} ms CPU, "
        f"{single.peak_kib / KIB_PER_MIB:.1f} MiB (median of 21; 10,000 customers are loaded each time). "
        f"An empty Swift process: {floor.wall * 1e3:.1f} ms, {floor.cpu * 1e3:.1f} ms, "
        f"{floor.peak_kib / KIB_PER_MIB:.1f} MiB.",
        f"Output compared with the yardstick's, order by order: {'equal' if right else 'DIFFERENT'}; "
        f"pass-through compared line by line: {'equal' if same else 'DIFFERENT'}; "
        f"what is in the store counted: {'right' if stored_right else 'WRONG'}.",
    ])
    print(f"\n{table}\n")
    given.results.parent.mkdir(parents=True, exist_ok=True)
    given.results.write_text(table + "\n")
    progress(f"written to {given.results}")
    return 0 if right and same and stored_right else 1


if __name__ == "__main__":
    sys.exit(main())
