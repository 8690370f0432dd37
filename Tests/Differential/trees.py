"""Random things that can be made smaller: texts as trees of parts, and JSON values."""


class Tree:
    """A text in parts, some of which are trees."""

    def __init__(self, *parts):
        self.parts = parts

    def __str__(self):
        return "".join(str(part) for part in self.parts)

    def children(self):
        return [part for part in self.parts if isinstance(part, Tree)]

    def smaller(self, leaves):
        """Trees with one part replaced by a leaf or by something inside it."""
        yield from (Tree(leaf) for leaf in leaves if len(leaf) < len(str(self)))
        yield from self.children()
        for index, part in enumerate(self.parts):
            if isinstance(part, Tree):
                for other in part.smaller(leaves):
                    yield Tree(*self.parts[:index], other, *self.parts[index + 1 :])


def smaller_values(value):
    """JSON values with something taken away."""
    if isinstance(value, (dict, list)):
        yield 0
    if isinstance(value, dict):
        for key in value:
            yield value[key]
            yield {name: other for name, other in value.items() if name != key}
        for key in value:
            for other in smaller_values(value[key]):
                yield {**value, key: other}
    elif isinstance(value, list):
        yield from value
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, element in enumerate(value):
            for other in smaller_values(element):
                yield value[:index] + [other] + value[index + 1 :]
    elif isinstance(value, str) and len(value) > 1:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
        yield value[1:]
        yield value[:-1]


NAMES = ["a", "b", "c", "d", "k 1", "ä"]
TEXTS = ["", "a", "b", "abc", "A b", "1", "-2.5", "ä€😀", "2026-11-28", "x,y", "a\n", "10", "true"]
NUMBERS = [0, 1, 2, 3, 10, -1, -7, 0.5, 1.5, -2.25, 100, 1000, 12345.678, 1e21, 1e-7]


def value(random, depth=4):
    """A random JSON value."""
    kind = random.random()
    if depth <= 0 or kind < 0.35:
        return random.choice(
            [random.choice(NUMBERS), random.choice(TEXTS), random.choice([True, False, None])]
        )
    if kind < 0.65:
        return [value(random, depth - 1) for _ in range(random.choice([0, 1, 2, 3, 4]))]
    names = random.sample(NAMES, random.choice([0, 1, 2, 3, 4]))
    return {name: value(random, depth - 1) for name in names}


def document(random):
    """A random object, more often with something in it than not."""
    return {name: value(random) for name in random.sample(NAMES, random.choice([2, 3, 4, 5]))}
