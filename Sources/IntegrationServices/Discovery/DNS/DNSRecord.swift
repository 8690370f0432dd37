/// Kinds of records that are asked for or followed (RFC 1035, 3596, 2782).
enum DNSKind: UInt16, Sendable {
    case a = 1
    case alias = 5
    case aaaa = 28
    case service = 33
}

/// A record of an answer.
struct DNSRecord: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        /// As text: `192.0.2.1`, `2001:db8::1`.
        case address(String)
        case alias(String)
        case service(priority: Int, weight: Int, port: Int, target: String)
    }

    /// Lower case, without the last dot.
    var name: String
    var ttl: Duration
    var content: Content
}

/// What a name server answered.
struct DNSAnswer: Sendable, Hashable {
    /// RFC 1035, 4.1.1: 0 is no error, 3 says that there is no such name.
    var code: Int
    /// It did not fit into a datagram; ask again over TCP.
    var isTruncated: Bool
    var records: [DNSRecord]
}
