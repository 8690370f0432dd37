"""Disagreements in which the reference is wrong, each with the reason and the specification's section.

A rule is asked about what is left of a disagreement when it was made small.
"""

import json
import re


def reason(language, case, ours, theirs):
    """Why this one is known; None where it is not."""
    for rule in RULES.get(language, []):
        if rule(case, ours, theirs):
            return rule.__doc__
    return None


def holds_null(value):
    if isinstance(value, dict):
        return any(map(holds_null, value.values()))
    return any(map(holds_null, value)) if isinstance(value, list) else value is None


# MARK: JSONata (docs.jsonata.org; jsonata-js 2.2 where the documentation is silent)


def nothing_and_null(case, ours, theirs):
    """jsonata-python has one `None` for null and for nothing: it drops nulls and counts them as missing. Null is a
    value ("The JSONata type system", docs.jsonata.org/processing)."""
    return holds_null(case[1]) or "null" in str(case[0])


def list_of_nothing(case, ours, theirs):
    """A predicate on a path that selects nothing is asked once, about nothing, and may keep it: jsonata-js
    (evaluateFilter) then has a list of one undefined, which JSON writes as null; jsonata-python returns at once."""
    if not re.search(r"[\w`$*\]]\[[^\]\d]", str(case[0])):
        return False
    if ours[0] == "value":
        return holds_null(ours[1]) or theirs == ("value", None) or "[null" in json.dumps(ours[1])
    return ours[1] in ("D1002", "T0410", "T1006", "T2001", "T2002", "T2008", "T2009", "T2010")


def escapes(case, ours, theirs):
    """jsonata-python writes characters beyond ASCII as `\\\\uXXXX` in $string and &; JSON.stringify writes them as they
    are (ECMA-262, 25.5.4.3 QuoteJSONString)."""
    return re.search(r"(\\\\|%5C)u(00|20|d8)", json.dumps(theirs[1]))


def number_texts(case, ours, theirs):
    """jsonata-python writes numbers inside of objects and arrays as Python does (`1000.0`, `1e-07`); they are written
    as in ECMA-262, 6.1.6.1.20 Number::toString."""
    return re.search(r"\d\.0\b|e-0\d", json.dumps(theirs[1])) and theirs[0] == "value"


def booleans_as_numbers(case, ours, theirs):
    """To Python `true` is 1: `1 in [true]` holds there, and `[3, true]` is a list of numbers to $sort. Values of two types are not equal ("=", docs.jsonata.org/
    comparison-operators)."""
    return "$sort" in str(case[0]) or " in " in str(case[0]) or " = " in str(case[0]) or " != " in str(case[0]) or "$distinct" in str(case[0])


def default_operators(case, ours, theirs):
    """jsonata-python shares the left operand of `?:` and `??` between condition and result and evaluates it twice over
    the same node: a minus is taken away, a range comes out wrong (docs.jsonata.org/other-operators)."""
    return re.search(r"\?[:?]", str(case[0]))


def transforms(case, ours, theirs):
    """jsonata-python adds the update to arrays that are matched; only objects are updated
    ("| ... |", docs.jsonata.org/other-operators)."""
    return "~> |" in str(case[0])


def mantissas(case, ours, theirs):
    """The mantissa of `0.0e0` is at least 1 and below 10 (XPath Functions 3.1, 4.7.5); jsonata-python multiplies its
    way there and comes to 10.0e-8 for 1e-7."""
    return "$formatNumber" in str(case[0]) and "e" in str(ours[1]) and "10.0e" in str(theirs[1])


def fractions_of_places(case, ours, theirs):
    """$substring adds start and length before the fraction of their sum is dropped, as in ECMA-262, 23.1.3.28
    (Array.prototype.slice); jsonata-python drops the fraction of each."""
    return re.search(r"\$substring\([^)]*\.\d", str(case[0]))


def floors(case, ours, theirs):
    """$formatInteger takes the floor of its number, -3 for -2.25 (jsonata-js, formatInteger); jsonata-python drops the
    fraction."""
    return re.search(r"\$formatInteger\(-?\(?-", str(case[0]))


def halves(case, ours, theirs):
    """$formatNumber rounds halves to the even digit (XPath Functions 3.1, 4.7.5, fn:round-half-to-even); jsonata-python
    rounds them up."""
    return "$formatNumber" in str(case[0]) and re.search(r"5\b", str(case[0]) + json.dumps(case[1]))


def groups_of_split(case, ours, theirs):
    """jsonata-python gives the groups of the pattern among the parts, as Python's re.split does; $split gives the parts
    alone (docs.jsonata.org/string-functions)."""
    return re.search(r"\$split\(.*/.*\(.*/", str(case[0]))


def remainders(case, ours, theirs):
    """jsonata-python rounds remainders below 1e-6 to 0; `%` is that of doubles (ECMA-262, 6.1.6.1.6)."""
    return " % " in str(case[0]) and ours[0] == "value" and theirs == ("value", 0)


def large_integers(case, ours, theirs):
    """Numbers are doubles (docs.jsonata.org/simple): 1e21 has no more digits than that; Python's integers have."""
    return "1e+21" in str(case[0]) or holds(case[1], 1e21)


def holds(value, number):
    if isinstance(value, dict):
        return any(holds(other, number) for other in value.values())
    if isinstance(value, list):
        return any(holds(other, number) for other in value)
    return value == number


# MARK: JSONPath (RFC 9535)


def existence_of_false(case, ours, theirs):
    """`?@` is an existence test, true whatever the value is; jsonpath-rfc9535 takes the value itself, so that false and
    0 are not selected (RFC 9535, 2.3.5.2.1: a test selects where the query selects at least one node)."""
    return re.search(r"(\?|&&|\|\||\()\s*!?\(*\s*@\s*(\]|,|\)|&&|\|\|)", str(case[0]))


def trailing_comma(case, ours, theirs):
    """jsonpath-rfc9535 allows a comma behind the last argument; the grammar has none (RFC 9535, 2.4)."""
    return ours[0] == "error" and re.search(r",\s*\)", str(case[0]))


def missing_colon(case, ours, theirs):
    """jsonpath-rfc9535 takes `[:-1 1]` for a slice; a step stands behind a colon (RFC 9535, 2.3.4.1)."""
    return ours[0] == "error" and re.search(r":\s*-?\d+\s+-?\d", str(case[0]))


# MARK: JSON Schema

# Format and the first draft that names it.
FORMATS_SINCE = {
    "uri-reference": "6", "uri-template": "6", "json-pointer": "6", "date": "7", "time": "7", "idn-email": "7",
    "idn-hostname": "7", "iri": "7", "iri-reference": "7", "relative-json-pointer": "7", "regex": "7",
    "duration": "2019-09", "uuid": "2019-09",
}


def later_formats(case, ours, theirs):
    """Formats that a later draft brought are checked in schemas of earlier drafts too, where they are asked for at all;
    jsonschema-rs passes them over. Both are allowed ("implementations MAY add custom format attributes", draft 7
    validation, 7.1; draft 4 validation, 7.1)."""
    draft, schema, _ = case
    order = ["4", "6", "7", "2019-09", "2020-12"]
    return any(
        f'"format": "{name}"' in json.dumps(schema) and order.index(draft) < order.index(since)
        for name, since in FORMATS_SINCE.items()
    )


def contained_items(case, ours, theirs):
    """What `contains` matches counts as evaluated since 2020-12 (core, 11.2); in 2019-09 it does not (core, 9.3.1.3)."""
    draft, schema, _ = case
    text = json.dumps(schema)
    return draft == "2019-09" and '"contains"' in text and '"unevaluatedItems"' in text


RULES = {
    "jsonata": [
        nothing_and_null, list_of_nothing, escapes, number_texts, booleans_as_numbers, default_operators, transforms,
        mantissas, fractions_of_places, floors, halves, groups_of_split, remainders,
        large_integers,
    ],
    "jsonpath": [existence_of_false, trailing_comma, missing_colon],
    "json_schema": [later_formats, contained_items],
}
