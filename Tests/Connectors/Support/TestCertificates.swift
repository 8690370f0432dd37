/// Certificates of a test, made by `Tests/Servers/make_certificates.sh` in a folder that goes with it.
public final class TestCertificates: Sendable {
    private let folder = TemporaryFolder()

    public init() throws {
        let made = try ServerProcess(["/bin/bash", ScriptedServer.tests + "/Servers/make_certificates.sh", folder.path])
        guard made.greeting == "done" else {
            throw ServerProcess.Failure(description: "openssl made no certificates: \(made.greeting)")
        }
    }

    /// Such as `server.pem`.
    public func path(_ name: String) -> String { folder.file(name) }
}
