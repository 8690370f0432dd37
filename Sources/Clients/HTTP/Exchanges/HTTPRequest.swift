public import NIOCore
public import NIOHTTP1

/// One request. Its framing (`Content-Length`, `Transfer-Encoding`), `Host` and `Accept-Encoding` are made by the pool.
public struct HTTPRequest: Sendable {
    /// In capitals.
    public var method: String
    public var address: HTTPAddress
    public var headers: HTTPHeaders
    public var body: ByteBuffer?
    /// What checks the address where it comes from outside, and with it every address that its host resolves to; nil
    /// where the configuration names it.
    public var guardedBy: AddressGuard?
    /// Whether our certificate is shown to a server that asks for it.
    var showsCertificate = true
    /// Nil: as the options say.
    public var timeout: Duration?

    public init(
        _ method: String, _ address: HTTPAddress, headers: HTTPHeaders = HTTPHeaders(), body: ByteBuffer? = nil,
        timeout: Duration? = nil
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// Whether it may be sent twice without doing more than once (RFC 9110, 9.2.2).
    var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method) }
}
