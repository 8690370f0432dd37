"""Random JSONata expressions, judged by jsonata-python."""

import contextlib
import copy
import io
import json

import jsonata

from trees import NAMES, TEXTS, NUMBERS, Tree, document, smaller_values

LEAVES = ["a", "1", '"a"', "$", "true", "[]", "null"]

# Name and what its arguments are: any, number, string, array, object, function of one or two arguments.
FUNCTIONS = [
    ("sum", "A"), ("count", "a"), ("max", "A"), ("min", "A"), ("average", "A"), ("string", "x"), ("length", "s"),
    ("substring", "sn"), ("substring", "snn"), ("substringBefore", "ss"), ("substringAfter", "ss"),
    ("uppercase", "s"), ("lowercase", "s"), ("trim", "s"), ("pad", "sn"), ("pad", "sns"), ("contains", "ss"),
    ("split", "ss"), ("join", "Ts"), ("join", "T"), ("replace", "sss"), ("base64encode", "s"), ("number", "x"),
    ("abs", "n"), ("floor", "n"), ("ceil", "n"), ("round", "n"), ("round", "ni"), ("power", "ni"), ("sqrt", "n"),
    ("formatBase", "nb"), ("boolean", "x"), ("not", "x"), ("exists", "x"), ("append", "aa"), ("reverse", "a"),
    ("distinct", "a"), ("zip", "aa"), ("keys", "o"), ("lookup", "os"), ("merge", "O"), ("spread", "o"),
    ("type", "x"), ("sort", "A"), ("map", "af"), ("filter", "ag"), ("single", "ag"), ("reduce", "ah"),
    ("each", "oe"), ("sift", "og"), ("encodeUrlComponent", "s"), ("decodeUrlComponent", "s"),
    ("formatNumber", "np"), ("formatInteger", "nq"), ("match", "sr"), ("contains", "sr"), ("split", "sr"),
    ("replace", "srs"),
]
PICTURES = ['"#,##0.00"', '"0"', '"00.0#"', '"#0%"', '"0.0e0"', '"###"']
WORDS = ['"I"', '"i"', '"A"', '"a"', '"w"', '"W"', '"Ww"', '"1"', '"001"', '"#,##0"', '"1;o"', '"w;o"']
PATTERNS = ["/a/", "/[a-c]+/", "/A/i", "/(a)(b)?/", "/\\\\d+/", "/b$/"]


class Maker:
    """Makes expressions."""

    def __init__(self, random):
        self.random = random
        self.variables = []

    def pick(self, *makers):
        return self.random.choice(makers)

    def name(self):
        name = self.random.choice(NAMES)
        return name if name.isascii() and name.isalpha() else f"`{name}`"

    def literal(self):
        number = self.random.choice(NUMBERS)
        return Tree(
            self.random.choice(
                [repr(number) if number >= 0 else f"({number!r})", self.text(), "true", "false", "null"]
            )
        )

    def text(self):
        return '"' + self.random.choice(TEXTS).replace("\n", "\\n") + '"'

    def expression(self, depth):
        if depth <= 0:
            return self.random.choice([self.literal, self.path_leaf])()
        weighted = [
            (3, self.literal), (6, self.path), (5, self.binary), (1, self.negation), (2, self.condition),
            (2, self.array), (2, self.object), (1, self.grouping), (2, self.sorting), (2, self.block),
            (5, self.call), (1, self.chain), (1, self.range), (1, self.default), (1, self.transform),
        ]
        makers = [maker for weight, maker in weighted for _ in range(weight)]
        maker = self.random.choice(makers)
        return maker() if maker in (self.literal,) else maker(depth - 1)

    def path_leaf(self):
        if self.variables and self.random.random() < 0.4:
            return Tree(self.random.choice(self.variables))
        return Tree(self.random.choice([self.name(), self.name(), "$"]))

    def path(self, depth):
        parts = [self.path_leaf()]
        for _ in range(self.random.choice([0, 1, 1, 2])):
            parts.append(Tree("." + self.random.choice([self.name(), self.name(), self.name(), "*", "**", "$"])))
            if self.random.random() < 0.3:
                parts.append(self.predicate(depth))
        if self.random.random() < 0.2:
            parts.append(Tree(".(", self.expression(depth - 1), ")"))
        if self.random.random() < 0.1:
            parts.append(Tree("[]"))
        return Tree(*parts)

    def predicate(self, depth):
        return self.random.choice(
            [
                lambda: Tree(f"[{self.random.choice([0, 1, 2, -1, -2])}]"),
                lambda: Tree("[", self.comparison(depth - 1), "]"),
                lambda: Tree("[[0..1]]"),
            ]
        )()

    def comparison(self, depth):
        operator = self.random.choice(["=", "!=", "<", "<=", ">", ">=", "in"])
        return Tree("(", self.expression(depth), f" {operator} ", self.expression(depth), ")")

    def binary(self, depth):
        operator = self.random.choice(["+", "-", "*", "/", "%", "&", "&", "=", "!=", "<", ">=", "and", "or", "in"])
        return Tree("(", self.expression(depth), f" {operator} ", self.expression(depth), ")")

    def negation(self, depth):
        return Tree("(-", self.expression(depth), ")")

    def condition(self, depth):
        return Tree(
            "(", self.expression(depth), " ? ", self.expression(depth), " : ", self.expression(depth), ")"
        )

    def default(self, depth):
        return Tree("(", self.expression(depth), self.random.choice([" ?: ", " ?? "]), self.expression(depth), ")")

    def array(self, depth):
        parts = []
        for index in range(self.random.choice([0, 1, 2, 3])):
            parts += [", "] if index else []
            parts.append(self.expression(depth - 1))
        return Tree("[", *parts, "]")

    def range(self, depth):
        return Tree(f"[{self.random.choice([0, 1, -2])}..{self.random.choice([0, 2, 4])}]")

    def object(self, depth):
        parts = []
        for index, key in enumerate(self.random.sample(["a", "b", "c"], self.random.choice([0, 1, 2]))):
            parts += [", "] if index else []
            parts += [f'"{key}": ', self.expression(depth - 1)]
        return Tree("{", *parts, "}")

    def grouping(self, depth):
        return Tree(self.path(0), "{$string(", self.path_leaf(), "): ", self.expression(depth - 1), "}")

    def sorting(self, depth):
        return Tree(self.path(0), "^(", self.random.choice(["<", ">", ""]), self.expression(depth - 1), ")")

    def block(self, depth):
        variable = f"$v{len(self.variables)}"
        value = self.expression(depth - 1)
        self.variables.append(variable)
        body = self.expression(depth)
        self.variables.pop()
        return Tree("(", f"{variable} := ", value, "; ", body, ")")

    def function(self, names, depth):
        self.variables += names
        body = self.expression(depth - 1)
        del self.variables[len(self.variables) - len(names) :]
        return Tree(f"function({', '.join(names)}){{", body, "}")

    def argument(self, kind, depth):
        choose = self.random.choice
        some = lambda: self.expression(depth - 1)
        makers = {
            "x": some,
            "a": some,
            "A": lambda: Tree("[", ", ".join(repr(choose([1, 2, 3, 0.5, -1])) for _ in range(choose([1, 2, 3]))), "]"),
            "T": lambda: Tree("[", ", ".join(self.text() for _ in range(choose([0, 1, 2]))), "]"),
            "s": lambda: Tree(self.text()),
            "n": lambda: Tree(repr(choose(NUMBERS))),
            "i": lambda: Tree(repr(choose([0, 1, 2, 3, -1]))),
            "b": lambda: Tree(repr(choose([2, 8, 10, 16, 36]))),
            "o": lambda: self.object(depth - 1),
            "O": lambda: Tree("[", self.object(depth - 1), ", ", self.object(depth - 1), "]"),
            "f": lambda: self.function(["$x"], depth),
            "g": lambda: self.function(["$x"], depth),
            "h": lambda: self.function(["$x", "$y"], depth),
            "e": lambda: self.function(["$x", "$k"], depth),
            "p": lambda: Tree(choose(PICTURES)),
            "q": lambda: Tree(choose(WORDS)),
            "r": lambda: Tree(choose(PATTERNS)),
        }
        if kind in "snoA" and self.random.random() < 0.2:
            return some()
        return makers[kind]()

    def call(self, depth):
        name, kinds = self.random.choice(FUNCTIONS)
        parts = []
        for index, kind in enumerate(kinds):
            parts += [", "] if index else []
            parts.append(self.argument(kind, depth))
        return Tree(f"${name}(", *parts, ")")

    def chain(self, depth):
        return Tree("(", self.expression(depth), " ~> ", self.random.choice(["$string", "$count", "$type", "$sum"]), ")")

    def transform(self, depth):
        return Tree("($ ~> |", self.path_leaf(), '|{"new": ', self.expression(depth - 1), "}|)")


class Expressions:
    """The language as the driver sees it."""

    name = "jsonata"

    def make(self, random):
        return Maker(random).expression(4), document(random)

    def request(self, case):
        tree, value = case
        return {"language": "jsonata", "expression": str(tree), "input": value}

    def ours(self, answer):
        """Result, or the code of an error; what is undefined counts as null, as in the reference."""
        if "error" in answer:
            return ("error", answer["error"]["code"])
        return ("value", answer.get("result"))

    def theirs(self, case):
        tree, value = case
        try:
            # Some of its functions print.
            with contextlib.redirect_stdout(io.StringIO()):
                # It writes into its input.
                result = jsonata.Jsonata(str(tree)).evaluate(copy.deepcopy(value))
                json.dumps(result)  # Functions and patterns are no values here: they raise.
                return ("value", result)
        except jsonata.JException as error:
            return ("error", error.error)
        except RecursionError:
            return ("crash", "RecursionError")
        except Exception as error:  # The reference has failed, not judged.
            return ("crash", type(error).__name__)

    def agree(self, ours, theirs):
        if theirs[0] == "crash":
            return True
        if ours[0] == "error" and theirs[0] == "error":
            return True
        return ours[0] == theirs[0] and equal(ours[1], theirs[1])

    def smaller(self, case):
        tree, value = case
        for other in tree.smaller(LEAVES):
            yield other, value
        for other in smaller_values(value):
            if isinstance(other, (dict, list)):
                yield tree, other


def equal(one, other):
    """Equality of JSON values: numbers as doubles, to 15 digits, since the reference sums in another order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return float(one) == float(other) or abs(one - other) <= 1e-15 * max(abs(one), abs(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other
