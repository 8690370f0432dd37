public import IntegrationTesting

extension TestCertificates {
    /// A server that nobody should trust who trusts `ca.pem` alone.
    public func server(with flaw: TLSFlaw) throws -> ScriptedServer {
        func server(_ name: String, _ more: String...) throws -> ScriptedServer {
            try ScriptedServer(["--tls", path(name + ".pem"), path(name + ".key")] + more)
        }
        return switch flaw {
        case .wrongHost: try server("elsewhere")
        case .wrongAuthority: try server("other")
        case .expired: try server("expired")
        case .selfSigned: try server("self-signed")
        case .noClientCertificate: try server("server", "--client-ca", path("ca.pem"))
        case .downgrade: try server("server", "--highest", "1.1")
        }
    }
}
