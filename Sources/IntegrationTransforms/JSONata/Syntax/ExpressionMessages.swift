/// The words for each error code. `{t}` stands for the token, `{v}` for the value, `{w}` for a second value, `{i}` for
/// the number of the argument.
enum ExpressionMessages {
    static func text(_ code: String, token: String, value: String, second: String, index: Int) -> String {
        guard let template = templates[code] else { return "the expression failed" }
        var out = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            switch rest[rest.index(after: open)..<close] {
            case "t": out += token
            case "v": out += value
            case "w": out += second
            case "i": out += String(index)
            default: out += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    private static let templates: [String: String] = [
        // Tokens.
        "S0101": "the string is not closed",
        "S0102": "the number {t} is larger than a double can hold",
        "S0103": "\\{t} is not an escape that a string can hold",
        "S0104": "\\u must be followed by four hexadecimal digits",
        "S0105": "the name in backquotes is not closed",
        "S0106": "the comment is not closed",
        // Grammar.
        "S0201": "\"{t}\" can't stand here",
        "S0202": "\"{v}\" was expected, not \"{t}\"",
        "S0203": "\"{v}\" was expected before the end of the expression",
        "S0204": "there is no operator \"{t}\"",
        "S0207": "the expression ends too early",
        "S0208": "parameter {v} of a function must be a variable, such as $x",
        "S0209": "a predicate can't follow a grouping",
        "S0210": "a step can have only one grouping",
        "S0211": "\"{t}\" needs something before it",
        "S0212": "the left side of := must be a variable, such as $x",
        "S0213": "the literal {v} can't be a step of a path",
        "S0214": "the right side of {t} must be a variable, such as $x",
        "S0215": "@ must stand before the predicates of a step",
        "S0216": "@ must stand before the order-by of a step",
        "S0217": "% climbs higher than this expression can see",
        "S0301": "the regular expression is empty",
        "S0302": "the regular expression is not closed by /",
        "S0303": "the regular expression is not valid: {v}",
        "S0401": "in a signature only functions and arrays can have a type parameter",
        "S0402": "in a signature a choice can't hold types with parameters",
        // Types.
        "T0410": "argument {i} of {t} does not fit the function's signature",
        "T0411": "the context does not fit argument {i} of {t}",
        "T0412": "argument {i} of {t} must be an array of {v}",
        "T1003": "the key of a member must be a string, not {v}",
        "T1005": "this is not a function; did you mean ${t}?",
        "T1006": "this is not a function",
        "T1007": "this is not a function; did you mean ${t}?",
        "T1008": "only a function can be applied partially",
        "T1010": "the matcher given to {t} does not return a match",
        "T2001": "the left side of {t} must be a number, not {v}",
        "T2002": "the right side of {t} must be a number, not {v}",
        "T2003": "the left side of .. must be an integer, not {v}",
        "T2004": "the right side of .. must be an integer, not {v}",
        "T2006": "the right side of ~> must be a function, not {v}",
        "T2007": "an order-by can't compare {v} with {w}",
        "T2008": "an order-by needs numbers or strings, not {v}",
        "T2009": "{t} can't compare {v} with {w}: they are of different types",
        "T2010": "{t} compares numbers or strings, not {v}",
        "T2011": "the update of a transform must be an object, not {v}",
        "T2012": "the deletions of a transform must be strings, not {v}",
        "T2013": "$clone is not a function here, and a transform needs it",
        // Dynamic.
        "D1001": "the result is not a number that JSON can hold: {v}",
        "D1002": "{v} can't be negated: it is not a number",
        "D1004": "the regular expression matches the empty string",
        "D1009": "two keys of the object are the same: {v}",
        "D2014": "the range would have {v} elements; the limit is 10,000,000",
        "D3001": "infinity can't become a string",
        "D3010": "the pattern of $replace can't be empty",
        "D3011": "the limit of $replace must not be negative",
        "D3012": "the replacement of $replace must be a string, not {v}",
        "D3020": "the limit of $split must not be negative",
        "D3030": "{v} can't become a number",
        "D3040": "the limit of $match must not be negative",
        "D3050": "the function given to $reduce must take at least two arguments",
        "D3060": "$sqrt of a negative number: {v}",
        "D3061": "$power gives a number that JSON can't hold: base {v}, exponent {w}",
        "D3070": "$sort without a function needs only numbers or only strings",
        "D3080": "the picture has more than two parts",
        "D3081": "a part of the picture has more than one decimal separator",
        "D3082": "a part of the picture has more than one percent sign",
        "D3083": "a part of the picture has more than one per-mille sign",
        "D3084": "a part of the picture has both a percent and a per-mille sign",
        "D3085": "the mantissa of the picture needs at least one digit",
        "D3086": "the picture has a passive character between active ones",
        "D3087": "the picture has a grouping separator beside the decimal separator",
        "D3088": "the picture has a grouping separator at the end of its integer part",
        "D3089": "the picture has two grouping separators in a row",
        "D3090": "the integer part of the picture has an optional digit behind a mandatory one",
        "D3091": "the fraction of the picture has a mandatory digit behind an optional one",
        "D3092": "a picture with a percent or per-mille sign can't have an exponent",
        "D3093": "the exponent of the picture must be digits",
        "D3100": "the radix of $formatBase must be between 2 and 36, not {v}",
        "D3110": "{v} is not an ISO 8601 timestamp",
        "D3120": "the expression given to $eval is not valid: {v}",
        "D3121": "the expression given to $eval failed: {v}",
        "D3130": "there is no numbering that starts with {v}",
        "D3131": "all digits of a picture must be of the same script",
        "D3132": "the picture has an unknown component: {v}",
        "D3133": "only months and days have names, not {v}",
        "D3134": "a time zone has at most four digits",
        "D3135": "a [ of the picture is not closed",
        "D3136": "the picture does not say enough to read a timestamp",
        "D3137": "{v}",
        "D3138": "$single found more than one match",
        "D3139": "$single found no match",
        "D3140": "${t} was given a malformed URL: {v}",
        "D3141": "{v}",
        // Limits.
        "U1001": "the evaluation was stopped: {v}",
        "U1002": "the result is larger than the limit of {v} bytes",
        "U1003": "the expression is too large; the limit is {v}",
        "U1005": "this part of the text gives no value; {{ … ?? \"\" }} says that none is meant",
        "U1007": "a value leaves a segment of the path {v}, which would lead elsewhere",
        "U1006": "the braces are not closed by }}",
        "U1004": "the pattern was stopped: it would take too long on this text",
    ]
}
