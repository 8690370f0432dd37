"""Random JSON Schemas and instances, judged by jsonschema-rs."""

import json

import jsonschema_rs

from trees import NAMES, NUMBERS, TEXTS, smaller_values, value

DRAFTS = {
    "2020-12": jsonschema_rs.Draft202012Validator,
    "2019-09": jsonschema_rs.Draft201909Validator,
    "7": jsonschema_rs.Draft7Validator,
    "6": jsonschema_rs.Draft6Validator,
    "4": jsonschema_rs.Draft4Validator,
}
FORMATS = [
    "date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
    "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex",
    "unknown",
]
FORMATTED = [
    "2026-11-28", "2026-02-29", "2026-11-28T12:00:00Z", "12:00:00+01:00", "24:00:00Z", "a@b.example", "a", "1.2.3.4",
    "1.2.3.256", "::1", "1::2::3", "https://a.example/b?c#d", "a.example", "-a.example", "/a/~0", "/~2", "^a+$", "(",
    "P1D", "P1", "1/a", "01", "{", "/a{b}", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08", "//a b", "\\\\", "ä@ä.example",
    "実例.example", "〮a", "http://ä.example/", "1:2",
]
PATTERNS = ["^a", "b$", "[a-c]+", "^[A-Z]", "\\d{4}-\\d\\d", "^.{2}$", "\\p{L}"]


class Maker:
    def __init__(self, random, draft):
        self.random = random
        self.draft = draft
        self.new = draft in ("2020-12", "2019-09")

    def schema(self, depth):
        random = self.random
        if self.draft != "4" and random.random() < 0.06:
            return random.random() < 0.7
        if depth <= 0:
            return random.choice([{}, {"type": self.type()}, {"minimum": 1}, {"maxLength": 2}])
        schema = {}
        for _ in range(random.choice([1, 1, 2, 3])):
            self.random.choice(self.keywords())(schema, depth - 1)
        return schema

    def type(self):
        return self.random.choice(["object", "array", "string", "number", "integer", "boolean", "null"])

    def some(self, depth):
        return [self.schema(depth) for _ in range(self.random.choice([1, 2, 3]))]

    def named(self, depth):
        return {name: self.schema(depth) for name in self.random.sample(NAMES, self.random.choice([1, 2, 3]))}

    def keywords(self):
        random = self.random
        count = lambda: random.choice([0, 1, 2, 3])
        names = lambda least=0: random.sample(NAMES, random.choice([least, 1, 2]))

        def put(name, make):
            return lambda schema, depth: schema.update({name: make(depth)})

        result = [
            put("type", lambda d: self.type() if random.random() < 0.7 else sorted({self.type(), self.type()})),
            put("properties", self.named), put("properties", self.named),
            put("required", lambda d: names(1 if self.draft == "4" else 0)),
            put("patternProperties", lambda d: {random.choice(PATTERNS): self.schema(d)}),
            put("additionalProperties", lambda d: random.choice([False, self.schema(d)])),
            put("minProperties", lambda d: count()), put("maxProperties", lambda d: count()),
            put("minItems", lambda d: count()), put("maxItems", lambda d: count()),
            put("uniqueItems", lambda d: random.random() < 0.8),
            put("minimum", lambda d: random.choice(NUMBERS)), put("maximum", lambda d: random.choice(NUMBERS)),
            put("multipleOf", lambda d: random.choice([1, 2, 0.5, 0.1, 3, 1e-7])),
            put("minLength", lambda d: count()), put("maxLength", lambda d: count()),
            put("pattern", lambda d: random.choice(PATTERNS)),
            put("enum", lambda d: unique([value(random, 1) for _ in range(3)])),
            put("allOf", self.some), put("anyOf", self.some), put("oneOf", self.some), put("not", self.schema),
            put("format", lambda d: random.choice(FORMATS)),
        ]
        if self.draft == "2020-12":
            result += [put("prefixItems", self.some), put("items", self.schema)]
        else:
            result += [put("items", self.schema), put("items", self.some), put("additionalItems", self.schema)]
        if self.draft == "4":
            return result
        result += [
            put("const", lambda d: value(random, 1)), put("contains", self.schema),
            put("propertyNames", lambda d: random.choice([{"pattern": "a"}, {"maxLength": 1}, {"enum": NAMES[:3]}])),
            put("exclusiveMinimum", lambda d: random.choice(NUMBERS)),
            put("exclusiveMaximum", lambda d: random.choice(NUMBERS)),
        ]
        if self.draft != "6":
            result += [put("if", self.schema), put("then", self.schema), put("else", self.schema)]
        if self.new:
            result += [
                put("unevaluatedProperties", lambda d: random.choice([False, self.schema(d)])),
                put("unevaluatedItems", lambda d: random.choice([False, self.schema(d)])),
                put("dependentRequired", lambda d: {random.choice(NAMES): names()}),
                put("dependentSchemas", self.named),
                put("minContains", lambda d: count()), put("maxContains", lambda d: count()),
            ]
        else:
            result.append(put("dependencies", lambda d: {random.choice(NAMES): self.schema(d)}))
        return result


def unique(values):
    """Without repetition (1 and 1.0 are the same, true is neither)."""
    return list({json.dumps(numbers(value), sort_keys=True): value for value in values}.values())


def numbers(value):
    if isinstance(value, list):
        return [numbers(element) for element in value]
    if isinstance(value, dict):
        return {name: numbers(element) for name, element in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Schemas:
    name = "json_schema"

    def make(self, random):
        draft = random.choice(list(DRAFTS))
        schema = Maker(random, draft).schema(3)
        if self.refers(random, schema):
            key = "$defs" if draft in ("2020-12", "2019-09") else "definitions"
            schema[key] = {"A": Maker(random, draft).schema(2)}
            place = random.choice(list(places(schema)))
            place["$ref"] = f"#/{key}/A"
        instance = value(random)
        if random.random() < 0.15:
            instance = random.choice(FORMATTED)
        return draft, schema, instance

    @staticmethod
    def refers(random, schema):
        return isinstance(schema, dict) and random.random() < 0.2

    def request(self, case):
        draft, schema, instance = case
        return {
            "language": "json_schema", "draft": draft, "formats": True, "schema": schema, "input": instance,
        }

    def ours(self, answer):
        if "error" in answer:
            return ("error", answer["error"]["code"] + " " + answer["error"]["message"])
        return ("value", answer["valid"])

    def theirs(self, case):
        draft, schema, instance = case
        try:
            validator = DRAFTS[draft](schema, validate_formats=True)
            return ("value", validator.is_valid(instance))
        except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            return ("error", str(error).splitlines()[0])

    def agree(self, ours, theirs):
        return ours[0] == theirs[0] and (ours[0] == "error" or ours[1] == theirs[1])

    def smaller(self, case):
        draft, schema, instance = case
        for other in smaller_values(schema):
            # A schema of draft 4 is an object.
            if isinstance(other, dict) or (draft != "4" and isinstance(other, bool)):
                yield draft, other, instance
        for other in smaller_values(instance):
            yield draft, schema, other


def places(schema):
    """The schemas in a schema under `properties` and `items`, itself included."""
    yield schema
    below = list((schema.get("properties") or {}).values()) + [schema.get("items"), schema.get("not")]
    for other in below:
        if isinstance(other, dict):
            yield from places(other)
