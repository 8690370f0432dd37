/// An absolute `http` or `https` URL (RFC 3986, section 3), taken apart strictly: what is checked is what is used.
///
/// Refused are user names and passwords, fragments, blanks, control characters, backslashes and hosts with characters
/// that no host has; names with letters beyond ASCII are written in Punycode.
public struct HTTPAddress: Sendable, Hashable {
    /// Why a text is no address.
    public struct Malformed: Error, Hashable {
        /// In words that follow "it": `has no host`.
        public let reason: String

        public init(reason: String) { self.reason = reason }
    }

    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name in lower case, or an address without brackets.
    public let host: String
    public let port: Int
    /// Empty, or with a slash at its start; as it is sent.
    public var path: String
    /// What stands behind `?`; nil where there is none.
    public var query: String?

    /// - Throws: what is wrong with the text.
    public init(_ text: String) throws(Malformed) {
        for byte in text.utf8 where byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\\") {
            throw Malformed(reason: "holds a character that must be percent-encoded (byte \(byte))")
        }
        guard let scheme = text.prefix(8).lowercased() as String?, scheme.hasPrefix("http") else {
            throw Malformed(reason: "does not begin with http:// or https://")
        }
        let rest: Substring
        if scheme.hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else if scheme.hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else {
            throw Malformed(reason: "does not begin with http:// or https://")
        }
        guard !rest.contains("#") else { throw Malformed(reason: "has a fragment (`#…`), which is never sent") }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Malformed(reason: "holds a user name; use `auth` instead") }
        (host, port) = try Self.hostAndPort(authority, isSecure ? 443 : 80)
        let behind = rest.dropFirst(authority.count)
        path = String(behind.prefix { $0 != "?" })
        query = behind.firstIndex(of: "?").map { String(behind[behind.index(after: $0)...]) }
    }

    private static func hostAndPort(
        _ authority: Substring, _ standard: Int
    ) throws(Malformed) -> (String, Int) {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw Malformed(reason: "has an open bracket") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            guard NetworkAddress(String(host))?.bytes.count == 16 else {
                throw Malformed(reason: "holds no IPv6 address between its brackets")
            }
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else {
                throw Malformed(reason: "holds something behind its brackets")
            }
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            guard !host.isEmpty else { throw Malformed(reason: "has no host") }
            guard host.utf8.count <= 253, host.utf8.allSatisfy(isHostCharacter) else {
                throw Malformed(reason: "has a host with characters that no host has")
            }
        }
        guard let portText, !portText.isEmpty else { return (host.lowercased(), standard) }
        guard portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(portText),
            (1...65535).contains(port)
        else { throw Malformed(reason: "has a port that is not from 1 to 65535") }
        return (host.lowercased(), port)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The host as it stands in a URL: an IPv6 address in brackets.
    var hostText: String { host.contains(":") ? "[\(host)]" : host }

    /// Host, and the port where it is not the scheme's own: the `Host` header (RFC 9110, 7.2).
    public var authority: String { port == (isSecure ? 443 : 80) ? hostText : "\(hostText):\(port)" }

    /// Scheme, host and port: what credentials are for.
    public var origin: String { "\(isSecure ? "https" : "http")://\(hostText):\(port)" }

    /// The whole URL.
    public var text: String { withHost(hostText) }

    /// The whole URL with another host in its place.
    func withHost(_ other: String) -> String {
        let standard = port == (isSecure ? 443 : 80)
        return (isSecure ? "https://" : "http://") + other + (standard ? "" : ":\(port)") + (path.isEmpty ? "/" : path)
            + (query.map { "?" + $0 } ?? "")
    }

    /// The same without its query, which may hold a key: for errors and logs.
    public var shown: String {
        var copy = self
        copy.query = nil
        return copy.text
    }

    /// Any text that may be a URL without what may be secret in it: its query and what stands before `@`.
    public static func shown(_ text: String) -> String {
        // What is no address is shown as the text that it is.
        if let address = try? HTTPAddress(text) { return address.shown }
        let path = text.prefix { $0 != "?" }
        return path.contains("@") ? "an address that is not shown" : String(path.prefix(200))
    }

    /// The address with a path behind its own.
    ///
    /// Exactly one slash stands between the two. Whatever can't stand in a URL is percent-encoded; what stands behind a
    /// `?` in `path` becomes the query.
    public func appending(path more: String) -> HTTPAddress {
        var copy = self
        let text = Self.encoded(more)
        let added = text.prefix { $0 != "?" }
        let query = text.dropFirst(added.count).dropFirst()
        if !added.isEmpty {
            let base = copy.path.hasSuffix("/") ? String(copy.path.dropLast()) : copy.path
            copy.path = base + (added.hasPrefix("/") ? "" : "/") + added
        }
        if !query.isEmpty { copy.add(query: String(query)) }
        return copy
    }

    /// Adds a parameter; name and value are percent-encoded.
    public mutating func add(query name: String, _ value: String) {
        add(query: PercentEncoding.component(name) + "=" + PercentEncoding.component(value))
    }

    private mutating func add(query text: String) {
        query = query.map { $0.isEmpty ? text : $0 + "&" + text } ?? text
    }

    /// What can't stand in a path or query encoded; escapes stay as they are.
    private static func encoded(_ text: String) -> String {
        PercentEncoding.encode(text) { $0 > 0x20 && $0 < 0x7F && !"\"#<>\\^`{|}".utf8.contains($0) }
    }
}
