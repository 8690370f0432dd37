internal import IntegrationCore
internal import NIOHTTP1

/// What all who listen on one address must agree upon.
struct ListenerSettings: Sendable, Hashable {
    /// As written.
    var address: String
    var host: String
    var port: Int
    var tls: TLSConfiguration?
    var maximumConnections = 10_000
    /// Bytes of all headers of a request together.
    var maximumHeaders = 32 << 10
    var timeouts = ConnectionTimer.Limits()

    /// Most headers of a request.
    private static let mostHeaders = 100

    /// - Parameter address: `host:port`; without a host every address of the machine is meant.
    init(_ address: String) {
        self.address = address
        let colon = address.lastIndex(of: ":") ?? address.endIndex
        var host = String(address[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host.isEmpty ? "0.0.0.0" : host
        port = Int(address[colon...].dropFirst()) ?? 0
    }

    var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeaders
        limits.maxHeaderListSize = maximumHeaders
        limits.maxHeaderFieldCount = Self.mostHeaders
        return limits
    }
}
