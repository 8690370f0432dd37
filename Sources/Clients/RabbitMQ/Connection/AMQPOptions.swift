public import IntegrationCore

/// Where a broker is, and who we are.
public struct AMQPOptions: Sendable, Hashable {
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        public var host: String
        public var port: Int

        public init(_ host: String, _ port: Int) {
            self.host = host
            self.port = port
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// The nodes of the broker, tried in order; at least one.
    public var addresses: [Address]
    /// Nil: the connection is not encrypted.
    public var tls: TLSConfiguration?
    public var virtualHost: String
    public var user: String
    /// Nil: our certificate says who we are (EXTERNAL).
    public var password: SecretString?
    /// How often both sides give a sign; who hears nothing for twice as long gives the other up.
    public var heartbeat: Duration
    /// How long the way to one address may take, TLS with it.
    public var connectTimeout: Duration
    /// How long the broker may take to answer, or to confirm.
    public var timeout: Duration
    /// What the broker shows for the connection.
    public var name: String

    public init(
        _ addresses: [Address], tls: TLSConfiguration? = nil, virtualHost: String = "/", user: String = "guest",
        password: SecretString? = SecretString("guest"), heartbeat: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10), timeout: Duration = .seconds(30), name: String = "integration"
    ) {
        self.addresses = addresses
        self.tls = tls
        self.virtualHost = virtualHost
        self.user = user
        self.password = password
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.name = name
    }
}
