/// Decides where a URL that comes from outside may lead: what keeps messages from reaching inner systems through us
/// (server-side request forgery).
///
/// Names are allowed by name. Addresses, also those that names resolve to, must be public unless a block allows them;
/// the connection then goes to the very address that was checked.
public struct AddressGuard: Sendable, Hashable {
    /// Why something may not be reached.
    public struct Refusal: Error, Hashable {
        public let reason: String
    }

    /// Lower case; `*` for any, `*.example.com` for all names below one.
    private var names: [String] = []
    private var blocks: [NetworkBlock] = []

    /// Public addresses under no name: what redirects get where nothing is allowed.
    public static let publicOnly = AddressGuard()

    private init() {}

    /// - Parameter allowed: names, `*.example.com`, `*`, addresses and blocks such as `10.1.0.0/16`.
    /// - Throws: what an entry is that is none of these.
    public init(allowing allowed: [String]) throws(Refusal) {
        for entry in allowed {
            if let block = NetworkBlock(entry) {
                blocks.append(block)
            } else if Self.isPattern(entry) {
                names.append(entry.lowercased())
            } else {
                throw Refusal(
                    reason: "`\(entry)` is neither a name, `*.NAME`, `*`, an address nor a block of addresses")
            }
        }
    }

    /// Whether nothing but public addresses may be reached, and nothing by name.
    public var isEmpty: Bool { names.isEmpty && blocks.isEmpty }

    /// Whether any name may be called.
    public var allowsAnyName: Bool { names.contains("*") }

    private static func isPattern(_ text: String) -> Bool {
        if text == "*" { return true }
        // Whether it can be read is the question here: what can't is no pattern, and whoever asks says so.
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        return !name.isEmpty && !name.contains("*") && (try? HTTPAddress("http://\(name)"))?.host == name.lowercased()
    }

    /// The same, but any name may be called: for redirects of a server that the configuration names.
    public var forRedirects: AddressGuard {
        var copy = self
        if names.isEmpty { copy.names = ["*"] }
        return copy
    }

    /// Whether this host may be named at all; where it is an address, whether it may be reached.
    public func check(host: String) throws(Refusal) {
        if let address = NetworkAddress(host) {
            guard !blocks.contains(where: { $0.contains(address) }) else { return }
            guard allowsAnyName else { throw Refusal(reason: "\(address) is not in `allow`") }
            return try check(address, of: host)
        }
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let isAllowed = names.contains { pattern in
            if pattern == "*" { return true }
            guard pattern.hasPrefix("*.") else { return pattern == name }
            return name.hasSuffix(pattern.dropFirst()) && name.utf8.count > pattern.utf8.count - 1
        }
        guard isAllowed else { throw Refusal(reason: "`\(host)` is not in `allow`") }
    }

    /// Whether an address that a host resolved to may be reached.
    public func check(_ address: NetworkAddress, of host: String) throws(Refusal) {
        guard !blocks.contains(where: { $0.contains(address) }), let kind = Self.special(address) else { return }
        let subject = host == address.description ? "\(address)" : "`\(host)` resolves to \(address), which"
        throw Refusal(reason: "\(subject) is \(kind)")
    }

    // MARK: Kinds of addresses

    /// What an address is that is not one of the public internet; nil for public ones (the IANA's special-purpose
    /// address registries, RFC 6890).
    static func special(_ address: NetworkAddress) -> String? {
        if let embedded = address.embedded { return special(embedded) }
        let list = address.bytes.count == 4 ? special4 : special6
        return list.first { $0.block.contains(address) }?.kind
    }

    private struct Special: Sendable {
        let block: NetworkBlock
        let kind: String

        init(_ text: String, _ kind: String) {
            guard let block = NetworkBlock(text) else { preconditionFailure("\(text) is no block") }
            self.block = block
            self.kind = kind
        }
    }

    private static let special4 = [
        Special("0.0.0.0/8", "this machine"), Special("10.0.0.0/8", "a private network"),
        Special("100.64.0.0/10", "a carrier's inner network"), Special("127.0.0.0/8", "this machine (loopback)"),
        Special("168.63.129.16/32", "a cloud's metadata service"),
        Special("169.254.0.0/16", "link-local, where clouds keep their metadata service"),
        Special("172.16.0.0/12", "a private network"), Special("192.0.0.0/24", "reserved for protocols"),
        Special("192.0.2.0/24", "reserved for documentation"), Special("192.88.99.0/24", "reserved"),
        Special("192.168.0.0/16", "a private network"), Special("198.18.0.0/15", "reserved for measurements"),
        Special("198.51.100.0/24", "reserved for documentation"),
        Special("203.0.113.0/24", "reserved for documentation"), Special("224.0.0.0/4", "multicast"),
        Special("240.0.0.0/4", "reserved"),
    ]

    private static let special6 = [
        Special("::/128", "this machine"), Special("::1/128", "this machine (loopback)"),
        Special("fc00::/7", "a private network (unique local)"), Special("fe80::/10", "link-local"),
        Special("fec0::/10", "a private network (site-local)"), Special("ff00::/8", "multicast"),
        Special("2001::/23", "reserved for protocols"), Special("2001:db8::/32", "reserved for documentation"),
        Special("2002::/16", "a tunnel to another address (6to4)"), Special("3fff::/20", "reserved for documentation"),
        // All that is public begins with the bits 001 (RFC 4291, 2.4).
        Special("::/3", "reserved"), Special("4000::/2", "reserved"), Special("8000::/1", "reserved"),
    ]
}
