/// Names and values of headers (RFC 9110, section 5).
public enum HeaderName {
    /// Framing and connection: what the client alone decides (RFC 9112, 6; RFC 9110, 7.6.1).
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    /// Whether it is a name at all (a token, RFC 9110, 5.6.2).
    public static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Whether a configuration may set it.
    public static func isSettable(_ name: String) -> Bool { isToken(name) && !reserved.contains(name.lowercased()) }

    /// Whether a value may stand in a header: no control characters but tabs (RFC 9110, 5.5).
    public static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }
}
