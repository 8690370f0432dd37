/// What is known of an open connection.
public struct ConnectionFacts: Sendable, Hashable {
    /// Such as 150020 for 15.20.
    public let version: Int
    /// The address of the server and its port, or the folder of its socket.
    public let peer: String
    public let user: String
    public let usedPassword: Bool
    /// The version of TLS; nil where it is not encrypted.
    public let tls: String?
    /// Until the server's certificate expires; nil without TLS, and where OpenSSL's library can't tell.
    public let daysLeft: Int?
    /// The `sslmode` that holds.
    public let mode: String
}
