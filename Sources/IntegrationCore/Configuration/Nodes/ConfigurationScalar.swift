/// One scalar of a configuration: its text and what the YAML 1.2 core schema makes of it.
public struct ConfigurationScalar: Sendable {
    /// What the text means. Quoted text is always a string.
    public enum Kind: String, Sendable, Hashable {
        case null, bool, int, float, string
    }

    public var text: String
    public var kind: Kind
    /// Whether it stood in quotes or in a block (`|`, `>`).
    public var isQuoted: Bool
    /// Whether `${…}` was replaced in it; such text may be a number even where quotes were needed around the `${…}`.
    public var isInterpolated: Bool
    /// Whether a secret went into it; it then prints as `••••` everywhere.
    public var isSecret: Bool
    /// How many lines of the file it stands on.
    public var lineCount = 1
    /// Whether the file holds nothing but one `${…}` without a default, so that its line may be shown.
    public var isReference = false
    /// Whether its `${…}` could not be replaced; that was reported, and nothing more is said about the value.
    public var isBroken = false

    public init(
        _ text: String, kind: Kind? = nil, isQuoted: Bool = false, isInterpolated: Bool = false, isSecret: Bool = false
    ) {
        self.text = text
        self.kind = kind ?? (isQuoted ? .string : Kind(resolving: text))
        self.isQuoted = isQuoted
        self.isInterpolated = isInterpolated
        self.isSecret = isSecret
    }

    /// The text, or `••••` for a secret.
    public var shown: String { isSecret ? SecretString.mask : text }

    /// The kind that the text would have without quotes.
    public var plainKind: Kind { isInterpolated ? Kind(resolving: text) : kind }
}

extension ConfigurationScalar: Hashable {
    /// Equal text of equal kind; how it was written does not matter.
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text && left.kind == right.kind }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(kind)
    }
}

extension ConfigurationScalar: CustomStringConvertible {
    public var description: String { shown }
}

extension ConfigurationScalar.Kind {
    /// Resolves a plain scalar by the core schema of YAML 1.2.2, section 10.3.2: `no`, `on` and `yes` are strings.
    public init(resolving text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE", "false", "False", "FALSE": self = .bool
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF": self = .float
        case ".nan", ".NaN", ".NAN": self = .float
        default: self = Self.number(Array(text.utf8))
        }
    }

    private static func number(_ bytes: [UInt8]) -> Self {
        func digits(_ from: Int, _ isDigit: (UInt8) -> Bool) -> Int {
            var end = from
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            return end
        }
        func decimal(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        if bytes.count > 2, bytes[0] == 0x30, bytes[1] == UInt8(ascii: "o") {
            return digits(2) { $0 >= 0x30 && $0 <= 0x37 } == bytes.count ? .int : .string
        }
        if bytes.count > 2, bytes[0] == 0x30, bytes[1] == UInt8(ascii: "x") {
            let end = digits(2) { decimal($0) || ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "f")) }
            return end == bytes.count ? .int : .string
        }
        let start = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") ? 1 : 0
        var end = digits(start, decimal)
        let whole = end - start
        if whole > 0, end == bytes.count { return .int }
        var fraction = 0
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            let from = end + 1
            end = digits(from, decimal)
            fraction = end - from
        }
        guard whole + fraction > 0 else { return .string }
        if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            end += 1
            if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
            let from = end
            end = digits(from, decimal)
            guard end > from else { return .string }
        }
        return end == bytes.count ? .float : .string
    }
}

extension ConfigurationScalar {
    /// The whole number that the text writes in decimal, `0o` or `0x`; nil where it is none or does not fit.
    public var integer: Int? {
        guard plainKind == .int else { return nil }
        if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16) }
        return Int(text)
    }

    /// The number that the text writes, infinities included; nil for anything else.
    public var number: Double? {
        switch plainKind {
        case .int: return integer.map(Double.init) ?? Double(text)
        case .float:
            let bare = text.drop { $0 == "+" || $0 == "-" }.lowercased()
            if bare == ".inf" { return text.hasPrefix("-") ? -Double.infinity : .infinity }
            if bare == ".nan" { return .nan }
            return Double(text.hasPrefix("+") ? String(text.dropFirst()) : text)
        case .null, .bool, .string: return nil
        }
    }

    /// `true` or `false`; nil for anything else.
    public var boolean: Bool? {
        plainKind == .bool ? text.utf8.first.map { $0 | 0x20 == UInt8(ascii: "t") } : nil
    }
}
