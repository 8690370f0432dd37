/// Where connections go that may stand in for each other.
struct ConnectionTarget: Hashable {
    /// Whether TLS is spoken.
    let isSecure: Bool
    /// The name or address that is connected to.
    let host: String
    let port: Int
    /// What the other side's certificate must bear; means nothing without TLS.
    let name: String
    /// Whether our certificate is shown to whoever asks for it.
    let showsCertificate: Bool

    init(_ address: HTTPAddress, _ detour: Detour?, showsCertificate: Bool) {
        isSecure = address.isSecure
        host = detour?.target ?? address.host
        port = address.port
        name = detour?.name ?? address.host
        self.showsCertificate = showsCertificate
    }
}
