import IntegrationCore
import IntegrationDocument
import IntegrationServices
import Synchronization
import Testing

@testable import IntegrationServer

/// Notes what is to be kept, or fails.
private final class Keeper: RegistrationKeeper {
    private let state = Mutex<[ServiceRegistry.Registrations]>([])
    let failure: IntegrationError?

    init(failure: IntegrationError? = nil) { self.failure = failure }

    var kept: [ServiceRegistry.Registrations] { state.withLock { $0 } }

    func keep(_ registrations: ServiceRegistry.Registrations) throws(IntegrationError) {
        if let failure { throw failure }
        state.withLock { $0.append(registrations) }
    }
}

@Suite("Routes of services") struct ServiceRoutesTests {
    private static func services(_ keeper: Keeper?) -> AdminServices {
        let registry = ServiceRegistry()
        let balanced = BalancedLookup(
            "customers", endpoints: [ServiceEndpoint(address: "http://a:80")], registry: registry
        ) { endpoint throws(IntegrationError) in
            throw IntegrationError(.cannotBuild, "`\(endpoint.address)` is no address")
        }
        let open = BalancedLookup(
            "orders", endpoints: [ServiceEndpoint(address: "http://a:80", weight: 2)],
            settings: ServiceSettings(balancing: .weighted), registry: registry
        ) { _ in NoLookup() }
        registry.add([
            ServiceDeclaration(name: "customers", type: "http", balanced: balanced),
            ServiceDeclaration(name: "orders", type: "http", balanced: open),
            ServiceDeclaration(name: "rows", type: "table", balanced: nil),
        ])
        var services = AdminServices(
            about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
        services.registry = registry
        services.registrations = keeper
        return services
    }

    private struct NoLookup: Lookup {
        func withFinder<R: Sendable>(
            in context: FlowContext, _ body: (any Finder) async throws -> R
        ) async throws -> R { throw IntegrationError(.noEndpoint, "never opened") }
    }

    private static func ask(
        _ services: AdminServices, _ method: AdminMethod, _ target: String, _ body: String = ""
    ) async -> AdminAnswer {
        await RouteTable.standard.answer(AdminRequest(method, target, body: Array(body.utf8)), services)
    }

    private static func text(_ answer: AdminAnswer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test("Services are listed with their endpoints")
    func list() async throws {
        let answer = await Self.ask(Self.services(nil), .get, "/v1/services")
        #expect(answer.status == 200)
        try Document(answer.body).withRoot { root in
            let items = try #require(root["items"]).elements.map { $0 }
            #expect(items.map { $0["name"]?.string } == ["customers", "orders", "rows"])
            #expect(items[1]["load_balancing"]?.string == "weighted")
            #expect(items[1]["endpoints"]?[0]?["weight"]?.integer == 2)
            #expect(items[1]["endpoints"]?[0]?["state"]?.string == "idle")
            #expect(items[2]["load_balancing"]?.isNull == true)
            #expect(items[2]["endpoints"]?.elements.count { _ in true } == 0)
        }
    }

    @Test("An endpoint is registered and deregistered, and both are kept")
    func change() async throws {
        let keeper = Keeper()
        let services = Self.services(keeper)
        let registered = await Self.ask(
            services, .post, "/v1/services/orders/endpoints", #"{"url": "http://b:80", "as": "b", "weight": 3}"#)
        #expect(
            Self.text(registered)
                == #"{"service":"orders","endpoint":"b","state":"registered","kept":true,"remark":null}"# + "\n")
        let left = await Self.ask(services, .delete, "/v1/services/orders/endpoints/http%3A%2F%2Fa%3A80")
        #expect(left.status == 200)
        #expect(Self.text(left).contains("the configuration names it"))
        #expect(
            keeper.kept.last
                == ServiceRegistry.Registrations(
                    service: "orders", registered: [ServiceEndpoint(name: "b", address: "http://b:80", weight: 3)],
                    left: ["http://a:80"]))
        let status = Self.text(await Self.ask(services, .get, "/v1/services/orders"))
        #expect(status.contains(#""name":"b","url":"http://b:80","weight":3,"state":"idle","registered":true"#))
        #expect(status.contains(#""name":"http://a:80","url":"http://a:80","weight":2,"state":"out""#))
    }

    @Test("What is only for this run is not kept")
    func temporary() async throws {
        let keeper = Keeper()
        let services = Self.services(keeper)
        let answer = await Self.ask(
            services, .post, "/v1/services/orders/endpoints", #"{"url": "http://b:80", "persist": false}"#)
        #expect(Self.text(answer).contains(#""kept":false"#))
        #expect(
            await Self.ask(services, .delete, "/v1/services/orders/endpoints/http%3A%2F%2Fb%3A80?persist=false").status
                == 200)
        #expect(keeper.kept.isEmpty)
    }

    @Test("What can't be kept is not done")
    func unkept() async throws {
        let services = Self.services(Keeper(failure: IntegrationError(.fileUnwritable, "no space")))
        let answer = await Self.ask(services, .post, "/v1/services/orders/endpoints", #"{"url": "http://b:80"}"#)
        #expect(answer.error?.code == .fileUnwritable)
        let left = await Self.ask(services, .delete, "/v1/services/orders/endpoints/http%3A%2F%2Fa%3A80")
        #expect(left.error?.code == .fileUnwritable)
        #expect(services.registry?.registrations(of: "orders").isEmpty == true)
    }

    @Test(
        "What is wrong is refused with its status",
        arguments: [
            (AdminMethod.get, "/v1/services/other", "", 404, ErrorCode.serviceUnknown),
            (.post, "/v1/services/other/endpoints", #"{"url": "http://b:80"}"#, 404, .serviceUnknown),
            (.post, "/v1/services/rows/endpoints", #"{"url": "http://b:80"}"#, 404, .endpointUnknown),
            (.post, "/v1/services/orders/endpoints", #"{"url": "http://a:80"}"#, 409, .endpointExists),
            (.post, "/v1/services/orders/endpoints", #"{}"#, 400, .requestInvalid),
            (.post, "/v1/services/orders/endpoints", #"{"url": "http://b:80", "weight": 0}"#, 400, .requestInvalid),
            (.post, "/v1/services/customers/endpoints", #"{"url": "nonsense"}"#, 422, .endpointInvalid),
            (.delete, "/v1/services/orders/endpoints/b", "", 404, .endpointUnknown),
        ])
    func refusals(_ method: AdminMethod, _ target: String, _ body: String, _ status: Int, _ code: ErrorCode) async {
        let services = Self.services(nil)
        let answer = await Self.ask(services, method, target, body)
        #expect(answer.status == status)
        #expect(answer.error?.code == code)
        #expect(services.registry?.registrations(of: "orders").isEmpty == true)
    }

    @Test("Without a configuration there are no services")
    func nothing() async {
        let services = AdminServices(
            about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
        #expect(await Self.ask(services, .get, "/v1/services").error?.code == .engineNotRunning)
    }
}
