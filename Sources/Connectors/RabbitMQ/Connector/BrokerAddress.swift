internal import IntegrationCore
internal import RabbitMQClient

/// An `amqp` or `amqps` URL, taken apart (RabbitMQ's URI specification).
struct BrokerAddress {
    var isSecure: Bool
    var address: AMQPOptions.Address
    var user: String?
    var password: String?
    /// Nil where the URL names none; an empty path names the virtual host with the empty name.
    var virtualHost: String?

    /// - Throws: `cannotBuild`, with what is wrong; the URL's password is not shown.
    init(_ url: URLValue) throws(IntegrationError) {
        let text = url.reveal()
        isSecure = url.scheme == "amqps"
        let behind = text.dropFirst(url.scheme.count + 3)
        guard !behind.contains("#"), !behind.contains("?") else {
            throw Self.malformed("has a query or a fragment", "write options into fields of the connector")
        }
        var authority = behind.prefix { $0 != "/" }
        if authority.endIndex < behind.endIndex {
            let path = behind[behind.index(after: authority.endIndex)...]
            guard !path.contains("/") else {
                throw Self.malformed("has more than one segment behind the host", "write a slash in it as %2f")
            }
            virtualHost = try Self.decoded(path)
        }
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at]
            let colon = credentials.firstIndex(of: ":")
            user = try Self.decoded(credentials[..<(colon ?? credentials.endIndex)])
            if let colon { password = try Self.decoded(credentials[credentials.index(after: colon)...]) }
            authority = authority[authority.index(after: at)...]
        }
        address = try Self.address(String(authority), standardPort: isSecure ? 5671 : 5672)
    }

    /// Reads `host`, `host:port` or `[address]:port`.
    static func address(_ text: String, standardPort: Int) throws(IntegrationError) -> AMQPOptions.Address {
        var host = text[...]
        var port = standardPort
        let end = text.hasPrefix("[") ? text.firstIndex(of: "]") : nil
        let colon = end.map { text[$0...].firstIndex(of: ":") } ?? text.firstIndex(of: ":")
        if let colon {
            guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
                throw malformed("has a port that is not from 1 to 65535", "write it like `amqp://host:5672`")
            }
            (host, port) = (text[..<colon], number)
        }
        if end != nil { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw malformed("has no host", "write it like `amqp://host:5672`") }
        return AMQPOptions.Address(String(host), port)
    }

    private static func decoded(_ text: Substring) throws(IntegrationError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else {
                throw malformed("holds a percent sign without two hexadecimal digits", "write it as %25")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw malformed("is no UTF-8 when its percent-encoding is taken away", "encode it as UTF-8")
        }
        return decoded
    }

    private static func malformed(_ reason: String, _ help: String) -> IntegrationError {
        IntegrationError(.cannotBuild, "`url` \(reason)", remedy: help.prefix(1).uppercased() + help.dropFirst() + ".")
    }
}
