/// An absolute URL, checked for a scheme and, where the scheme has one, a host. A password in it never prints.
public struct URLValue: Sendable, Hashable {
    private let value: String
    /// Lower case, without the colon.
    public let scheme: String

    /// Reads `scheme://…` without blanks or control characters; nil for anything else (RFC 3986, section 3).
    public init?(_ text: String) {
        guard let colon = text.range(ofScheme: "://") else { return nil }
        let scheme = text[..<colon.lowerBound]
        guard let first = scheme.utf8.first, Self.isLetter(first),
            scheme.utf8.allSatisfy({
                Self.isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
            }),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }),
            colon.upperBound != text.endIndex
        else { return nil }
        value = text
        self.scheme = scheme.lowercased()
    }

    /// The whole URL, with its password.
    public func reveal() -> String { value }

    /// The URL with `••••` in the place of a password, and of what stands in its query under a name such as `password`,
    /// `token` or `api_key`.
    public static func redacted(_ text: String) -> String {
        guard let start = text.range(ofScheme: "://")?.upperBound else { return text }
        let authority = text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var safe = String(text[..<start])
        if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
            safe += text[start...colon] + SecretString.mask + text[at..<authority.endIndex]
        } else {
            safe += authority
        }
        let rest = text[authority.endIndex...]
        guard let question = rest.firstIndex(of: "?") else { return safe + rest }
        let query = rest[rest.index(after: question)...].prefix { $0 != "#" }
        let options = query.split(separator: "&", omittingEmptySubsequences: false).map { option in
            guard let equals = option.firstIndex(of: "="), isSecret(option[..<equals]) else { return String(option) }
            return option[...equals] + SecretString.mask
        }
        return safe + rest[...question] + options.joined(separator: "&") + rest[query.endIndex...]
    }

    /// Whether what stands under such a name in a query is nobody's business.
    private static func isSecret(_ name: Substring) -> Bool {
        let name = name.lowercased().filter { $0 != "_" && $0 != "-" }
        let words = ["password", "passwd", "pwd", "secret", "token", "apikey", "signature", "credential"]
        return words.contains { name.contains($0) } || ["sig", "key", "code", "auth"].contains(name)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
}

extension URLValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.redacted(value) }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

extension String {
    fileprivate func range(ofScheme mark: String) -> Range<String.Index>? {
        guard let colon = firstIndex(of: ":"), self[colon...].hasPrefix(mark) else { return nil }
        return colon..<index(colon, offsetBy: mark.count)
    }
}
