import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("The registry of services") struct ServiceRegistryTests {
    private static func registry() -> ServiceRegistry {
        let registry = ServiceRegistry()
        let balanced = BalancedLookup(
            "s", endpoints: [ServiceEndpoint(address: "http://a"), ServiceEndpoint(address: "http://b")],
            registry: registry
        ) { endpoint throws(IntegrationError) in
            guard endpoint.address.hasPrefix("http://") else {
                throw IntegrationError(.cannotBuild, "`\(endpoint.address)` is no address")
            }
            return FakeLookup(service: FakeService(), address: endpoint.address)
        }
        registry.add([
            ServiceDeclaration(name: "s", type: "http", balanced: balanced),
            ServiceDeclaration(name: "rows", type: "table", balanced: nil),
        ])
        return registry
    }

    private static func code(_ body: () throws(IntegrationError) -> Void) -> ErrorCode? {
        do throws(IntegrationError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    private static func states(_ registry: ServiceRegistry) throws -> [String] {
        try registry.status(of: "s").endpoints.map { "\($0.endpoint.name) \($0.state.rawValue)" }
    }

    @Test func `what nobody has open is idle, and who was taken out is out`() throws {
        let registry = Self.registry()
        try registry.register("s", ServiceEndpoint(name: "c", address: "http://c", weight: 3))
        try registry.deregister("s", endpoint: "http://a")
        #expect(try Self.states(registry) == ["c idle", "http://a out", "http://b idle"])
        #expect(registry.statuses.map(\.name) == ["rows", "s"])
        #expect(registry.statuses[0].endpoints.isEmpty)
        #expect(!registry.statuses[1].isOpen)
    }

    @Test func `what can't be registered or deregistered is refused, and nothing has changed then`() throws {
        let registry = Self.registry()
        let before = try Self.states(registry)
        let refusals: [(ErrorCode, () throws(IntegrationError) -> Void)] = [
            (
                .serviceUnknown,
                { () throws(IntegrationError) in try registry.register("t", ServiceEndpoint(address: "http://c")) }
            ),
            (
                .endpointUnknown,
                { () throws(IntegrationError) in try registry.register("rows", ServiceEndpoint(address: "http://c")) }
            ),
            (
                .endpointExists,
                { () throws(IntegrationError) in try registry.register("s", ServiceEndpoint(address: "http://a")) }
            ),
            (
                .endpointInvalid,
                { () throws(IntegrationError) in try registry.register("s", ServiceEndpoint(address: "ftp://c")) }
            ),
            (.serviceUnknown, { () throws(IntegrationError) in try registry.deregister("t", endpoint: "http://a") }),
            (.endpointUnknown, { () throws(IntegrationError) in try registry.deregister("s", endpoint: "http://c") }),
        ]
        for (code, body) in refusals { #expect(Self.code(body) == code) }
        #expect(try Self.states(registry) == before)
        try registry.deregister("s", endpoint: "http://a")
        #expect(
            Self.code { () throws(IntegrationError) in try registry.deregister("s", endpoint: "http://a") }
                == .endpointUnknown)
    }

    @Test func `a name that is nearly right is asked about`() {
        let error = #expect(throws: IntegrationError.self) { try Self.registry().status(of: "row") }
        #expect(error?.remedy == "Did you mean `rows`?")
    }

    @Test func `registrations outlive their service and the process`() throws {
        let registry = Self.registry()
        try registry.register("s", ServiceEndpoint(name: "c", address: "http://c", weight: 3))
        try registry.deregister("s", endpoint: "http://b")
        registry.replace(with: [])
        #expect(registry.statuses.isEmpty)
        let kept = registry.registrations(of: "s")
        #expect(
            kept
                == ServiceRegistry.Registrations(
                    service: "s", registered: [ServiceEndpoint(name: "c", address: "http://c", weight: 3)],
                    left: ["http://b"]))
        let next = Self.registry()
        next.restore(kept)
        #expect(try Self.states(next) == ["c idle", "http://a idle", "http://b out"])
        next.restore(ServiceRegistry.Registrations(service: "s", registered: [], left: []))
        #expect(try Self.states(next) == ["http://a idle", "http://b idle"])
    }

    @Test func `one that was taken out comes back as it was, or as it is registered anew`() throws {
        let registry = Self.registry()
        try registry.deregister("s", endpoint: "http://a")
        try registry.register("s", ServiceEndpoint(name: "http://a", address: "http://elsewhere"))
        #expect(registry.registrations(of: "s").registered.map(\.address) == ["http://elsewhere"])
        try registry.deregister("s", endpoint: "http://a")
        let wasLeft = try registry.register("s", ServiceEndpoint(address: "http://a"))
        #expect(wasLeft)
        #expect(registry.registrations(of: "s").isEmpty)
    }
}
