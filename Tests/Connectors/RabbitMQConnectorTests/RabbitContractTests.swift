import ConnectorTestSupport
import FaultProxy
import IntegrationTesting
import Testing

@Suite(
    "RabbitMQ and the contract of connectors", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"))
struct RabbitContractTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConnectorContract.checks(of: RabbitHome.offers))
    func `RabbitMQ keeps the contract`(_ check: ConnectorContract.Check) async throws {
        let server = try RabbitServer.shared()
        let certificates = try TestCertificates()
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            try await check.run(RabbitHome(server, certificates, proxy, port))
        }
    }
}
