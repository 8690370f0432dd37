extension LanguageFunction {
    static let jsonata: [LanguageFunction] = Builtin.allCases.map { builtin in
        let words = builtin.words
        let name = "$\(builtin)"
        return LanguageFunction(
            language: .jsonata, name: name, usage: name + "(\(words.arguments))", signature: builtin.signatureText,
            summary: words.summary, example: words.example)
    }.sorted { $0.name < $1.name }
}

/// What the reference says of a function.
struct FunctionWords {
    /// Names of the arguments; those in brackets may be left out. A first argument that is left out is the context.
    let arguments: String
    let summary: String
    /// An expression over `LanguageFunction.sample`.
    let example: String

    init(_ arguments: String, _ summary: String, _ example: String) {
        self.arguments = arguments
        self.summary = summary
        self.example = example
    }
}

extension Builtin {
    /// Every function has its words: the compiler sees to it.
    var words: FunctionWords {
        switch self {
        case .string, .substring, .substringBefore, .substringAfter, .lowercase, .uppercase, .length, .trim, .pad,
            .match, .contains, .replace, .split, .join, .base64encode, .base64decode, .encodeUrlComponent, .encodeUrl,
            .decodeUrlComponent, .decodeUrl:
            textWords
        case .number, .floor, .ceil, .round, .abs, .sqrt, .power, .random, .formatNumber, .formatBase, .formatInteger,
            .parseInteger, .sum, .count, .max, .min, .average:
            numberWords
        case .append, .sort, .reverse, .shuffle, .distinct, .zip, .map, .filter, .single, .reduce: arrayWords
        case .sift, .keys, .lookup, .spread, .merge, .each, .clone: objectWords
        case .boolean, .not, .exists, .type, .error, .assert, .eval, .now, .millis, .toMillis, .fromMillis, .uuid:
            otherWords
        }
    }

    private var textWords: FunctionWords {
        switch self {
        case .substring:
            FunctionWords(
                "text, start [, length]", "A part of a text; a negative start counts from the end.",
                "$substring(customer.name, -5)")
        case .substringBefore:
            FunctionWords(
                "text, mark", "What comes before a mark; the whole text where there is none.",
                #"$substringBefore(customer.mail, "@")"#)
        case .substringAfter:
            FunctionWords(
                "text, mark", "What comes after a mark; the whole text where there is none.",
                #"$substringAfter(customer.mail, "@")"#)
        case .lowercase: FunctionWords("text", "The text in small letters.", "$lowercase(customer.mail)")
        case .uppercase: FunctionWords("text", "The text in capital letters.", "items.$uppercase(sku)")
        case .length: FunctionWords("text", "How many characters a text has.", "$length(customer.name)")
        case .trim:
            FunctionWords(
                "text", "The text without white space at its ends, and with single spaces inside.",
                #"$trim("  two   words ")"#)
        case .pad:
            FunctionWords(
                "text, width [, filling]",
                "The text filled up to a width: behind it, or before it for a negative width.",
                #"$pad($string(total), -6, "0")"#)
        case .match:
            FunctionWords(
                "text, pattern [, limit]", "Where a pattern fits: `match`, `index` and `groups` of each place.",
                "$match(orderId, /([A-Z])-([0-9]+)/).groups")
        case .contains:
            FunctionWords(
                "text, part", "Whether a text holds another one, or a pattern fits.",
                "$contains(customer.mail, /@example/)")
        case .replace:
            FunctionWords(
                "text, part, by [, limit]",
                "The text with parts replaced; in `by`, `$1` is the first group of a pattern. `by` may be a function.",
                #"$replace(customer.name, /(\w+) (\w+)/, "$2, $1")"#)
        case .split:
            FunctionWords(
                "text, separator [, limit]", "The parts between separators, which may be a pattern.",
                #"$split(customer.name, " ")"#)
        case .join: FunctionWords("texts [, separator]", "The texts in one.", #"$join(items.sku, ", ")"#)
        case .base64encode:
            FunctionWords("text", "The text's UTF-8 as base64 (RFC 4648, 4).", "$base64encode(orderId)")
        case .base64decode: FunctionWords("text", "The text that base64 stands for.", #"$base64decode("QS03")"#)
        case .encodeUrlComponent:
            FunctionWords(
                "text", "The text percent-encoded as one part of a URL.", #"$encodeUrlComponent("a b/c")"#)
        case .encodeUrl:
            FunctionWords(
                "text", "The text percent-encoded but for what has a meaning in URLs.", #"$encodeUrl("http://x/a b")"#)
        case .decodeUrlComponent:
            FunctionWords("text", "What a percent-encoded part stands for.", #"$decodeUrlComponent("a%20b%2Fc")"#)
        case .decodeUrl: FunctionWords("text", "What a percent-encoded URL stands for.", #"$decodeUrl("/a%20b")"#)
        default:
            FunctionWords(
                "[value [, pretty]]", "The value as text: a text as it is, anything else as JSON.", "$string(items[0])")
        }
    }

    private var numberWords: FunctionWords {
        switch self {
        case .floor: FunctionWords("number", "The next whole number below.", "$floor(-1.5)")
        case .ceil: FunctionWords("number", "The next whole number above.", "$ceil(1.2)")
        case .round:
            FunctionWords(
                "number [, digits]",
                "The nearest number of so many digits behind the point; a half goes to the even neighbour.",
                "[$round(2.5), $round(3.14159, 2), $round(1234, -2)]")
        case .abs: FunctionWords("number", "The number without its sign.", "$abs(-3)")
        case .sqrt: FunctionWords("number", "The square root.", "$sqrt(2)")
        case .power: FunctionWords("base, exponent", "The base to the power of the exponent.", "$power(2, 10)")
        case .random: FunctionWords("", "A number from 0 up to but not including 1.", "$random() < 1")
        case .formatNumber:
            FunctionWords(
                "number, picture [, options]", "The number by a picture of XPath 3.1, 4.7.",
                ##"$formatNumber(total * 1000, "#,##0.00")"##)
        case .formatBase:
            FunctionWords("number [, radix]", "The number in a base from 2 to 36.", "$formatBase(255, 16)")
        case .formatInteger:
            FunctionWords(
                "number, picture", "The number by a picture of XPath 3.1, 4.6: `w` for words, `I` for Roman numerals.",
                #"[$formatInteger(27, "w"), $formatInteger(27, "I")]"#)
        case .parseInteger:
            FunctionWords(
                "text, picture", "The number that a text stands for by such a picture.",
                #"$parseInteger("twenty-seven", "w")"#)
        case .sum: FunctionWords("numbers", "The sum.", "$sum(items.(price * quantity))")
        case .count: FunctionWords("array", "How many elements there are; 1 for a single value.", "$count(items)")
        case .max: FunctionWords("numbers", "The largest.", "$max(items.price)")
        case .min: FunctionWords("numbers", "The smallest.", "$min(items.price)")
        case .average: FunctionWords("numbers", "The mean.", "$average(items.price)")
        default:
            FunctionWords(
                "[value]", "The value as a number: a text that is one (also 0x, 0o and 0b), 1 for true, 0 for false.",
                #"$number("12.50")"#)
        }
    }

    private var arrayWords: FunctionWords {
        switch self {
        case .sort:
            FunctionWords(
                "array [, function]",
                "The elements in order: numbers or texts, or by a function that says whether two have to change places.",
                "$sort(items, function($a, $b) { $a.price < $b.price }).sku")
        case .reverse: FunctionWords("array", "The elements from the last to the first.", "$reverse(items.sku)")
        case .shuffle: FunctionWords("array", "The elements in any order.", "$count($shuffle(items))")
        case .distinct: FunctionWords("array", "Each value once.", "$distinct([1, 2, 1])")
        case .zip:
            FunctionWords(
                "array, …", "Arrays of the first elements, the second elements and so on.",
                "$zip(items.sku, items.price)")
        case .map:
            FunctionWords(
                "array, function", "What the function gives for each element; it gets value, index and array.",
                "$map(items, function($v, $i) { $i & $v.sku })")
        case .filter:
            FunctionWords(
                "array, function", "The elements for which the function is true.",
                "$filter(items, function($v) { $v.price > 10 }).sku")
        case .single:
            FunctionWords(
                "array, function",
                "The one element for which the function is true; an error where it is none or several.",
                "$single(items, function($v) { $v.sku = \"ink\" }).price")
        case .reduce:
            FunctionWords(
                "array, function [, start]",
                "What comes of the elements when the function takes the result so far and the next one.",
                "$reduce(items.quantity, function($a, $b) { $a * $b })")
        default: FunctionWords("array, array", "The elements of both.", "$append(items.sku, \"cap\")")
        }
    }

    private var objectWords: FunctionWords {
        switch self {
        case .sift:
            FunctionWords(
                "object [, function]", "The members for which the function is true; it gets value and name.",
                "$sift(customer, function($v, $k) { $k != \"mail\" })")
        case .keys:
            FunctionWords("object", "The names of its members; of an array of objects, each once.", "$keys(items)")
        case .lookup: FunctionWords("object, name", "The member of that name.", #"$lookup(customer, "name")"#)
        case .spread: FunctionWords("object", "An object of one member for each member.", "$spread(customer)")
        case .merge:
            FunctionWords("objects", "The members of all; later ones win.", #"$merge([customer, {"name": "A. B."}])"#)
        case .each:
            FunctionWords(
                "object, function", "What the function gives for each member; it gets value and name.",
                #"$each(customer, function($v, $k) { $k & "=" & $v })"#)
        default: FunctionWords("value", "A copy, which a transform `| … |` can change.", "$clone(customer) = customer")
        }
    }

    private var otherWords: FunctionWords {
        switch self {
        case .not: FunctionWords("value", "The opposite of `$boolean`.", "$not(total > 100)")
        case .exists: FunctionWords("value", "Whether there is a value; null is one.", "$exists(customer.phone)")
        case .type:
            FunctionWords(
                "value", "`null`, `number`, `string`, `boolean`, `array`, `object` or `function`.", "$type(items)")
        case .error: FunctionWords("[text]", "Fails with this text.", #"total > 0 ? $error("no credit")"#)
        case .assert:
            FunctionWords(
                "condition [, text]", "Fails with this text where the condition is false; gives nothing otherwise.",
                #"$assert(total > 100, "too small")"#)
        case .eval:
            FunctionWords(
                "text [, context]", "The value of an expression in a text, within the same budget.",
                #"$eval("total + 1")"#)
        case .now:
            FunctionWords(
                "[picture [, timezone]]", "The time now, the same during one evaluation; ISO 8601 without a picture.",
                #"$now("[Y]-[M01]-[D01] [H01]:[m01]", "+0100")"#)
        case .millis: FunctionWords("", "The time now in milliseconds since 1970-01-01T00:00:00Z.", "$millis()")
        case .toMillis:
            FunctionWords(
                "text [, picture]", "The milliseconds of a time in ISO 8601, or by a picture.",
                #"$toMillis("31.01.2026", "[D01].[M01].[Y]")"#)
        case .fromMillis:
            FunctionWords(
                "milliseconds [, picture [, timezone]]", "A time as text: ISO 8601, or by a picture.",
                #"$fromMillis(1769860800000, "[FNn], [D1o] [MNn] [Y]")"#)
        case .uuid: FunctionWords("", "A random UUID of version 4 (RFC 9562, 5.4).", "$length($uuid())")
        default:
            FunctionWords(
                "[value]", "The value as true or false: what is empty, zero, null or a function is false.",
                #"[$boolean(""), $boolean(total)]"#)
        }
    }
}
