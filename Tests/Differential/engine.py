"""`integration eval --batch`: requests in, answers out."""

import json
import subprocess


class Engine:
    """One process that answers requests in order."""

    def __init__(self, binary):
        self.process = subprocess.Popen(
            [binary, "eval", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, requests):
        """The answers to some requests; in parts, so that neither side waits for the other with full pipes."""
        answers = []
        for start in range(0, len(requests), 16):
            part = requests[start : start + 16]
            lines = [json.dumps(request, ensure_ascii=False) + "\n" for request in part]
            self.process.stdin.write("".join(lines).encode())
            self.process.stdin.flush()
            for request in part:
                line = self.process.stdout.readline()
                if not line:
                    raise SystemExit(f"error: the engine ended; one of these ended it: {lines}")
                answers.append(json.loads(line))
        return answers

    def close(self):
        self.process.stdin.close()
        return self.process.wait()
