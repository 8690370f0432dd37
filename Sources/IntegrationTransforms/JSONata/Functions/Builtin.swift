internal import IntegrationDocument

/// The built-in functions.
enum Builtin: Int, CaseIterable, Sendable {
    case sum, count, max, min, average, string, substring, substringBefore, substringAfter, lowercase, uppercase, length
    case trim, pad, match, contains, replace, split, join, formatNumber, formatBase, formatInteger, parseInteger, number
    case floor, ceil, round, abs, sqrt, power, random, boolean, not, map, zip, filter, single, reduce, sift, keys,
        lookup
    case append, exists, spread, merge, reverse, each, error, assert, type, sort, shuffle, distinct, base64encode
    case base64decode, encodeUrlComponent, encodeUrl, decodeUrlComponent, decodeUrl, eval, toMillis, fromMillis, clone
    case now, millis, uuid

    private struct Row: Sendable {
        var signature: Signature
        var arity: Int
    }

    /// The signature as jsonata-js declares it, and the number of arguments that higher-order functions pass.
    private var declaration: (signature: String, arity: Int) {
        switch self {
        case .sum, .max, .min, .average: ("<a<n>:n>", 1)
        case .count: ("<a:n>", 1)
        case .string: ("<x-b?:s>", 1)
        case .substring: ("<s-nn?:s>", 3)
        case .substringBefore, .substringAfter: ("<s-s:s>", 2)
        case .lowercase, .uppercase, .trim: ("<s-:s>", 1)
        case .length: ("<s-:n>", 1)
        case .pad: ("<s-ns?:s>", 3)
        case .match: ("<s-f<s:o>n?:a<o>>", 3)
        case .contains: ("<s-(sf):b>", 2)
        case .replace: ("<s-(sf)(sf)n?:s>", 4)
        case .split: ("<s-(sf)n?:a<s>>", 3)
        case .join: ("<a<s>s?:s>", 2)
        case .formatNumber: ("<n-so?:s>", 3)
        case .formatBase: ("<n-n?:s>", 2)
        case .formatInteger: ("<n-s:s>", 2)
        case .parseInteger: ("<s-s:n>", 2)
        case .number: ("<(nsb)-:n>", 1)
        case .floor, .ceil, .abs, .sqrt: ("<n-:n>", 1)
        case .round: ("<n-n?:n>", 2)
        case .power: ("<n-n:n>", 2)
        case .random, .millis: ("<:n>", 0)
        case .boolean, .not: ("<x-:b>", 1)
        case .map, .filter: ("<af>", 2)
        case .zip: ("<a+>", 0)
        case .single: ("<af?>", 2)
        case .reduce: ("<afj?:j>", 3)
        case .sift: ("<o-f?:o>", 2)
        case .keys: ("<x-:a<s>>", 1)
        case .lookup: ("<x-s:x>", 2)
        case .append: ("<xx:a>", 2)
        case .exists: ("<x:b>", 1)
        case .spread: ("<x-:a<o>>", 1)
        case .merge: ("<a<o>:o>", 1)
        case .reverse, .shuffle: ("<a:a>", 1)
        case .each: ("<o-f:a>", 2)
        case .error: ("<s?:x>", 1)
        case .assert: ("<bs?:x>", 2)
        case .type: ("<x:s>", 1)
        case .sort: ("<af?:a>", 2)
        case .distinct: ("<x:x>", 1)
        case .base64encode, .base64decode, .encodeUrlComponent, .encodeUrl, .decodeUrlComponent, .decodeUrl:
            ("<s-:s>", 1)
        case .eval: ("<sx?:x>", 2)
        case .toMillis: ("<s-s?:n>", 2)
        case .fromMillis: ("<n-s?s?:s>", 3)
        case .clone: ("<(oa)-:o>", 1)
        case .now: ("<s?s?:s>", 2)
        case .uuid: ("<:s>", 0)
        }
    }

    private static let rows: [Row] = allCases.map {
        Row(signature: parse($0.declaration.signature), arity: $0.declaration.arity)
    }
    private static let byName: [String: Builtin] = Dictionary(
        uniqueKeysWithValues: allCases.map { (String(describing: $0), $0) })

    var signature: Signature { Self.rows[rawValue].signature }
    /// As JSONata writes it, such as `<a<n>:n>`.
    var signatureText: String { declaration.signature }
    var arity: Int { Self.rows[rawValue].arity }

    /// Whether it takes no function and evaluates no expression.
    var callsNothing: Bool {
        let function = Signature.bit(UInt8(ascii: "f"))
        return self != .eval
            && signature.parameters.allSatisfy { $0.accepts & function == 0 || $0.type == UInt8(ascii: "a") }
    }

    static func named(_ name: String) -> Builtin? { byName[name] }

    /// The names of all built-in functions.
    static var names: [String] { byName.keys.sorted() }

    /// A signature of our own, which is known to be valid.
    static func parse(_ text: String) -> Signature {
        do {
            return try Signature(text)
        } catch {
            preconditionFailure("the signature \(text) is not valid: \(error)")
        }
    }
}
