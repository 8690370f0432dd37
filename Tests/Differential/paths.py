"""Random JSONPaths (RFC 9535), judged by jsonpath-rfc9535."""

import jsonpath_rfc9535

from trees import NAMES, TEXTS, Tree, document, smaller_values

LEAVES = ["$", "@.a", "1", "'a'", ".a", "[0]", "*"]
PATTERNS = ["a", "a.*", "[a-c]+", "A b", "a|b", "\\\\d+", ".", "\\\\p{L}+", "(ab)?c", "-?[0-9]{1,2}"]


class Maker:
    def __init__(self, random):
        self.random = random

    def path(self, depth, root="$"):
        parts = [root]
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            parts.append(self.segment(depth))
        return Tree(*parts)

    def name(self):
        name = self.random.choice(NAMES)
        quote = self.random.choice("'\"")
        return Tree(quote + name + quote)

    def segment(self, depth):
        kind = self.random.random()
        plain = self.random.choice([name for name in NAMES if " " not in name])
        if kind < 0.3:
            return Tree("." + plain)
        if kind < 0.4:
            return Tree(self.random.choice([".*", "..*", ".." + plain]))
        space = self.random.choice(["", "", "", " ", "\n"])
        parts = ["..[" if self.random.random() < 0.15 else "[", space]
        for index in range(self.random.choice([1, 1, 1, 2, 3])):
            parts += [space + "," + space] if index else []
            parts.append(self.selector(depth))
        return Tree(*parts, space + "]")

    def selector(self, depth):
        kind = self.random.random()
        if kind < 0.25:
            return self.name()
        if kind < 0.4:
            return Tree(str(self.random.choice([0, 1, 2, -1, -2, 5])))
        if kind < 0.5:
            return Tree("*")
        if kind < 0.65 or depth <= 0:
            number = lambda: str(self.random.choice(["", "", 0, 1, 2, -1, -3, 10]))
            return Tree(number() + ":" + number() + self.random.choice(["", ":" + number()]))
        return Tree("?", self.logical(depth - 1))

    def logical(self, depth):
        kind = self.random.random()
        if depth > 0 and kind < 0.15:
            operator = self.random.choice([" && ", "||"])
            return Tree(self.logical(depth - 1), operator, self.logical(depth - 1))
        if depth > 0 and kind < 0.25:
            return Tree(self.random.choice(["", "!"]), "(", self.logical(depth - 1), ")")
        if kind < 0.4:
            return Tree(self.random.choice(["", "!"]), self.path(depth - 1, self.random.choice("@@$")))
        if kind < 0.5:
            function = self.random.choice(["match", "search"])
            pattern = self.random.choice(PATTERNS)
            return Tree(f"{function}(", self.comparable(singular=True), f", '{pattern}')")
        operator = self.random.choice(["==", "!=", "<", "<=", ">", ">="])
        space = self.random.choice(["", " "])
        return Tree(self.comparable(), space + operator + space, self.comparable())

    def comparable(self, singular=False):
        kind = self.random.random()
        if kind < 0.4 or singular:
            return self.singular()
        if kind < 0.5:
            return Tree("length(", self.singular(), ")")
        if kind < 0.6:
            return Tree(self.random.choice(["count(", "value("]), self.path(0, "@"), ")")
        text = self.random.choice(TEXTS).replace("\n", "\\n")
        return Tree(self.random.choice(["0", "1", "-1", "1.5", "1e3", "-0", "true", "false", "null", f"'{text}'"]))

    def singular(self):
        parts = [self.random.choice("@@@$")]
        for _ in range(self.random.choice([0, 1, 1, 2])):
            parts.append(Tree("[", self.random.choice([self.name(), Tree("0"), Tree("-1")]), "]"))
        return Tree(*parts)


class Paths:
    name = "jsonpath"

    def make(self, random):
        tree = Maker(random).path(2)
        if random.random() < 0.1:
            tree = damaged(random, tree)
        return tree, document(random)

    def request(self, case):
        return {"language": "jsonpath", "expression": str(case[0]), "input": case[1]}

    def ours(self, answer):
        """Places and values; `error` for a path that is refused."""
        if "error" in answer:
            return ("error", answer["error"]["code"])
        return ("value", [answer["paths"], answer["result"]])

    def theirs(self, case):
        try:
            nodes = jsonpath_rfc9535.find(str(case[0]), case[1])
        except jsonpath_rfc9535.JSONPathError as error:
            return ("error", str(error).splitlines()[0])
        except Exception as error:  # The reference has failed, not judged.
            return ("crash", type(error).__name__)
        return ("value", [[node.path() for node in nodes], [node.value for node in nodes]])

    def agree(self, ours, theirs):
        return ours[0] == theirs[0] and (ours[0] == "error" or ours[1] == theirs[1])

    def smaller(self, case):
        tree, value = case
        for other in tree.smaller(LEAVES):
            yield other, value
        for other in smaller_values(value):
            yield tree, other


def damaged(random, tree):
    """A text with one character too many, too few or another."""
    text = str(tree)
    at = random.randrange(len(text) + 1)
    new = random.choice(["", "[", "]", "'", "?", "@", "$", ".", "*", " ", "0", "a", ",", ":", "(", ")", "\\", "=", "-"])
    return Tree(text[:at] + new + text[at + random.choice([0, 1]) :])
