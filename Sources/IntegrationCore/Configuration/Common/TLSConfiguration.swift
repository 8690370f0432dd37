/// How a connection is encrypted and whom it trusts.
public struct TLSConfiguration: Configurable, Hashable {
    static let ca = Field<PathValue?>.optional(
        "ca", .path, "Certificates (PEM) to trust; without it the system's.")
    static let cert = Field<PathValue?>.optional("cert", .path, "Our own certificate chain (PEM), for mutual TLS.")
    static let key = Field<PathValue?>.optional("key", .path, "The private key (PEM) of `cert`.")
    static let serverName = Field<String?>.optional(
        "server_name", .string, "The name that the other side's certificate must bear, where it is not the host.")
    static let minimumVersion = Field<Version>.defaulted(
        "min_version", .choice, .tls12, "The oldest version of TLS that is accepted.")
    static let verify = Field<Bool>.defaulted(
        "verify", .bool, true, "`false` trusts anybody: for tests on one machine only.")

    public enum Version: String, Sendable, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    public static let table = FieldTable(
        "tls", summary: "How a connection is encrypted and whom it trusts.",
        fields: [ca, cert, key, serverName, minimumVersion, verify],
        example: "{ca: certs/ca.crt, cert: certs/client.crt, key: certs/client.key}",
        rules: [FieldTable.field("cert", needs: "key"), FieldTable.field("key", needs: "cert")])

    public var ca: PathValue?
    public var cert: PathValue?
    public var key: PathValue?
    public var serverName: String?
    public var minimumVersion: Version
    public var verify: Bool

    public init(
        ca: PathValue? = nil, cert: PathValue? = nil, key: PathValue? = nil, serverName: String? = nil,
        minimumVersion: Version = .tls12, verify: Bool = true
    ) {
        self.ca = ca
        self.cert = cert
        self.key = key
        self.serverName = serverName
        self.minimumVersion = minimumVersion
        self.verify = verify
    }

    public init(_ fields: DecodedFields) {
        self.init(
            ca: fields[Self.ca], cert: fields[Self.cert], key: fields[Self.key], serverName: fields[Self.serverName],
            minimumVersion: fields[Self.minimumVersion], verify: fields[Self.verify])
    }
}
