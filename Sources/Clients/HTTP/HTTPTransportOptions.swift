public import IntegrationCore

/// How requests are made: everything that the requests of one connector share.
public struct HTTPTransportOptions: Sendable, Hashable {
    /// Whom to trust, and our own certificate.
    public var tls: TLSConfiguration
    /// Whether HTTP/2 is spoken where the server offers it.
    public var http2: Bool
    /// To one host; requests wait for a connection up to `connectTimeout`.
    public var maximumConnections: Int
    /// An idle connection is closed after it.
    public var idleTimeout: Duration
    public var connectTimeout: Duration
    /// From the start of a request to the last byte of its answer, redirects included.
    public var timeout: Duration
    /// In bytes, unpacked.
    public var maximumAnswer: Int
    public var proxy: URLValue?
    /// How many redirects one request follows.
    public var redirects: Int
    /// Where redirects to other hosts and addresses from messages may lead.
    public var allowed: AddressGuard

    public init(
        tls: TLSConfiguration = TLSConfiguration(), http2: Bool = true, maximumConnections: Int = 50,
        idleTimeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10), timeout: Duration = .seconds(30),
        maximumAnswer: Int = 16 << 20, proxy: URLValue? = nil, redirects: Int = 0,
        allowed: AddressGuard = .publicOnly
    ) {
        self.tls = tls
        self.http2 = http2
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumAnswer = maximumAnswer
        self.proxy = proxy
        self.redirects = redirects
        self.allowed = allowed
    }
}
