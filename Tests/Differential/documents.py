"""Random JSON texts, good and damaged, judged by Python's json and by rfc8785 (canonical form)."""

import base64
import json
import math
import struct

import rfc8785

from trees import value

DAMAGE = [
    b"", b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"0", b"-", b".", b"e", b" ", b"\n", b"\x00", b"\xff",
    b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\\u0041", b"\\ud83d\\ude00", b"\x7f", b"true", b"null", b"1e5",
]


def refuse(name):
    raise ValueError(f"{name} is no JSON")


class Documents:
    name = "json"

    def make(self, random):
        operation = random.choice(["parse", "canonical"])
        if random.random() < 0.4:
            return operation, [number(random) for _ in range(3)], None
        content = value(random)
        style = random.choice([{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}])
        text = json.dumps(content, **style).encode()
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            at = random.randrange(len(text) + 1)
            text = text[:at] + random.choice(DAMAGE) + text[at + random.choice([0, 0, 1]) :]
        return operation, None, text

    @staticmethod
    def text(case):
        _, numbers, text = case
        return text if numbers is None else ("[" + ",".join(numbers) + "]").encode()

    def request(self, case):
        coded = base64.b64encode(self.text(case)).decode()
        return {"language": "json", "operation": case[0], "input_base64": coded}

    def ours(self, answer):
        if "error" in answer:
            return ("error", answer["error"]["message"])
        if "result_base64" in answer:
            return ("bytes", base64.b64decode(answer["result_base64"]).decode())
        return ("value", answer["result"])

    def theirs(self, case):
        try:
            # As numbers, every one is a double (RFC 8785, 3.2.2.3); read, each is what it is.
            parse_int = float if case[0] == "canonical" else int
            content = json.loads(self.text(case).decode(), parse_constant=refuse, parse_int=parse_int)
            if case[0] == "canonical":
                return ("bytes", rfc8785.dumps(content).decode())
            return ("value", content)
        except (ValueError, rfc8785.CanonicalizationError) as error:
            return ("error", str(error))

    def agree(self, ours, theirs):
        return ours[0] == theirs[0] and (ours[0] == "error" or same(ours[1], theirs[1]))

    def smaller(self, case):
        operation, numbers, text = case
        if numbers is not None:
            for index in range(len(numbers)):
                yield operation, numbers[:index] + numbers[index + 1 :], None
            return
        for length in (16, 4, 1):
            for at in range(0, len(text), length):
                yield operation, None, text[:at] + text[at + length :]


def same(one, other):
    """Equality in which 1 and true differ, and so do 1 and 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def number(random):
    """A number in one of the many ways to write it, of any size that a double has."""
    kind = random.random()
    if kind < 0.5:
        bits = random.getrandbits(64)
        double = struct.unpack("<d", struct.pack("<Q", bits))[0]
        return repr(double) if math.isfinite(double) else "0"
    if kind < 0.7:
        return str(random.choice([1, -1]) * random.randrange(1 << random.choice([8, 31, 53, 64, 80])))
    digits = "".join(random.choice("0123456789") for _ in range(random.choice([1, 3, 17, 25])))
    point = random.choice(["", "." + digits])
    return f"{random.choice(['', '-'])}{random.randrange(10)}{point}e{random.choice(['', '+', '-'])}{random.randrange(330)}"
