"""Random expressions, paths, schemas and documents, through `integration eval --batch` and through reference libraries.

Prints the seed, counts, and each disagreement as small as it could be made. Ends with 1 where there is one that
known.py does not explain.
"""

import argparse
import json
import random
import sys
import time

import known
from documents import Documents
from engine import Engine
from expressions import Expressions
from paths import Paths
from schemas import Schemas

# Cases that one disagreement is made smaller with, at most.
MOST_TRIES = 1000
LANGUAGES = [Expressions(), Paths(), Schemas(), Documents()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--count", type=int, default=2000, help="cases of each language")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--language", choices=[language.name for language in LANGUAGES])
    parser.add_argument("--most", type=int, default=20, help="disagreements of one language that are shown")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    # The reference libraries recurse.
    sys.setrecursionlimit(20_000)
    found = 0
    engine = Engine(options.binary)
    for language in LANGUAGES:
        if options.language in (None, language.name):
            found += run(language, engine, options, seed)
    if engine.close() != 0:
        raise SystemExit("error: the engine ended with an error")
    sys.exit(1 if found else 0)


def run(language, engine, options, seed):
    """The number of disagreements that nothing explains."""
    generator = random.Random(f"{seed}/{language.name}")
    start = time.monotonic()
    counts = {"agree": 0, "not judged": 0, "known": 0, "unexplained": 0}
    shown = set()
    done = 0
    while done < options.count:
        cases = [language.make(generator) for _ in range(min(500, options.count - done))]
        done += len(cases)
        answers = engine.ask([language.request(case) for case in cases])
        for case, answer in zip(cases, answers):
            counts[judge(language, engine, case, answer, shown, options.most)] += 1
    summary = ", ".join(f"{number} {name}" for name, number in counts.items())
    print(f"{language.name}: {done} cases, {summary}, {time.monotonic() - start:.1f} s", flush=True)
    return counts["unexplained"]


def judge(language, engine, case, answer, shown, most):
    ours, theirs = language.ours(answer), language.theirs(case)
    if theirs[0] == "crash":
        return "not judged"
    if language.agree(ours, theirs):
        return "agree"
    # Only what is small is sure to be what a rule is about.
    case = minimised(language, engine, case)
    ours, theirs = language.ours(engine.ask([language.request(case)])[0]), language.theirs(case)
    if known.reason(language.name, case, ours, theirs):
        return "known"
    request = json.dumps(language.request(case), ensure_ascii=False)
    if request not in shown and len(shown) < most:
        shown.add(request)
        print(f"{language.name}: {request}\n    ours   {show(ours)}\n    theirs {show(theirs)}", flush=True)
    return "unexplained"


def show(verdict):
    return f"{verdict[0]}: {json.dumps(verdict[1], ensure_ascii=False, default=str)}"


def minimised(language, engine, case):
    """The smallest case that could be found on which the two still disagree."""
    tries = 0
    while tries < MOST_TRIES:
        for other in language.smaller(case):
            tries += 1
            ours, theirs = language.ours(engine.ask([language.request(other)])[0]), language.theirs(other)
            if theirs[0] != "crash" and not language.agree(ours, theirs):
                case = other
                break
            if tries >= MOST_TRIES:
                return case
        else:
            return case
    return case


if __name__ == "__main__":
    main()
