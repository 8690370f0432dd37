internal import HTTPTransport
internal import NIOHTTP1

/// What the head of a request must be like, whatever it asks for (RFC 9110, RFC 9112).
///
/// What two readers could take for different requests is refused (request smuggling, RFC 9112, 11.2).
enum RequestCheck {
    /// - Throws: why the head is refused; the connection ends with it.
    static func check(_ head: HTTPRequestHead) throws(Refusal) {
        func wrong(_ detail: String) -> Refusal { Refusal(400, detail, closes: true) }
        guard head.version == .http1_1 || head.version == .http1_0 else {
            throw Refusal(505, "HTTP/1.1 is spoken here", closes: true)
        }
        var hosts = 0
        var lengths = 0
        var codings: [String] = []
        for (name, value) in head.headers {
            guard HeaderName.isValue(value) else {
                throw wrong("a header holds a control character")
            }
            switch name.utf8.count {
            case 4 where name.isEqualIgnoringCase("host"): hosts += 1
            case 14 where name.isEqualIgnoringCase("content-length"):
                lengths += 1
                guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                    throw wrong("`Content-Length` is not a number")
                }
            case 17 where name.isEqualIgnoringCase("transfer-encoding"): codings.append(value)
            default: break
            }
        }
        guard hosts == 1 || hosts == 0 && head.version == .http1_0 else {
            throw wrong("a request has one `Host`")
        }
        guard lengths <= 1 else { throw wrong("a request has one `Content-Length`") }
        guard !codings.isEmpty else { return }
        guard lengths == 0 else { throw wrong("`Content-Length` and `Transfer-Encoding` exclude each other") }
        guard head.version == .http1_1 else { throw wrong("HTTP/1.0 has no `Transfer-Encoding`") }
        guard codings.count == 1, codings[0].isEqualIgnoringCase("chunked") else {
            throw Refusal(501, "`Transfer-Encoding` other than `chunked` is not understood", closes: true)
        }
    }
}

extension String {
    /// Whether ASCII letters in either case make the same text.
    func isEqualIgnoringCase(_ other: StaticString) -> Bool {
        guard utf8.count == other.utf8CodeUnitCount else { return false }
        var place = other.utf8Start
        for byte in utf8 {
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != place.pointee { return false }
            place += 1
        }
        return true
    }
}
