import IntegrationConfiguration
import IntegrationCore
import IntegrationServices
import Testing

/// A service at any address that begins with `fake:`.
private struct FakeLookup: AddressedLookup {
    var address = "fake:base"

    func at(_ address: String) throws(IntegrationError) -> any Lookup {
        guard address.hasPrefix("fake:") else {
            throw IntegrationError(.cannotBuild, "`\(address)` is no address of a fake")
        }
        return FakeLookup(address: address)
    }

    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R {
        throw IntegrationError(.noEndpoint, "never opened")
    }
}

@Suite("Services of a configuration") struct ServiceLoweringTests {
    private static let catalog: Catalog = {
        var catalog = Catalog()
        catalog.register(
            service: "fake",
            FieldTable("fake service", summary: "A fake.", fields: ServiceFields.all, rules: ServiceFields.rules)
        ) { _, _ in FakeLookup() }
        catalog.register(
            service: "cached", FieldTable("cached service", summary: "A fake.", fields: [ServiceFields.cache])
        ) { _, _ in FakeLookup() }
        catalog.register(service: "plain", FieldTable("plain service", summary: "A fake.", fields: [])) { _, _ in
            FakeLookup()
        }
        return catalog
    }()

    private static func plan(_ service: String) throws -> EnginePlan {
        let loaded = ConfigurationLoader(catalog: catalog).load(text: "services:\n  s: \(service)\n")
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        return try EnginePlan(try #require(loaded.document), catalog: catalog)
    }

    private static func report(_ service: String) -> String {
        ConfigurationLoader(catalog: catalog).load(text: "services:\n  s: \(service)\n").report()
    }

    @Test func `endpoints, balancing, health and budgets are as written`() throws {
        let plan = try Self.plan(
            """
            {type: fake, endpoints: ["fake:1", {url: "fake:2", weight: 3}], load_balancing: weighted, deadline: 5s,
                health_check: {path: /up, interval: 3s, timeout: 1s, unhealthy_after: 4, healthy_after: 2},
                outlier_ejection: {consecutive_failures: 7, failure_ratio: 0.25, minimum_requests: 9, window: 20s,
                  ejection_time: 2s, max_ejection_time: 9s, max_ejected: 0.4},
                retry_budget: {ratio: 0.1, reserve: 3}}
            """)
        let balanced = try #require(plan.lookups["s"] as? BalancedLookup)
        #expect(
            balanced.endpoints == [ServiceEndpoint(address: "fake:1"), ServiceEndpoint(address: "fake:2", weight: 3)])
        #expect(
            balanced.settings
                == ServiceSettings(
                    balancing: .weighted,
                    checks: HealthChecks(
                        path: "/up", interval: .seconds(3), timeout: .seconds(1), unhealthyAfter: 4, healthyAfter: 2),
                    ejection: OutlierEjection(
                        consecutiveFailures: 7, failureRatio: 0.25, minimumRequests: 9, window: .seconds(20),
                        initial: .seconds(2), maximum: .seconds(9), maximumShare: 0.4),
                    budget: RetryBudget(ratio: 0.1, reserve: 3), deadline: .seconds(5)))
        #expect(plan.services.map { "\($0.name) \($0.type)" } == ["s fake"])
    }

    @Test func `what is left out is what the machines take for sensible`() throws {
        let balanced = try #require(try Self.plan("{type: fake}").lookups["s"] as? BalancedLookup)
        #expect(balanced.settings == ServiceSettings())
        // The connector's own address is the one endpoint.
        #expect(balanced.endpoints.count == 1)
        #expect(balanced.discovery == nil)
    }

    @Test func `each way of balancing has its name`() throws {
        for balancing in LoadBalancing.allCases {
            let plan = try Self.plan("{type: fake, load_balancing: \(balancing.rawValue)}")
            #expect((plan.lookups["s"] as? BalancedLookup)?.settings.balancing == balancing)
        }
    }

    @Test func `discovery is as written`() throws {
        for (text, summary) in [
            ("{type: dns, name: api.internal, port: 80}", "dns api.internal"),
            ("{type: dns, name: _http._tcp.internal}", "dns _http._tcp.internal"),
            ("{type: file, path: list.txt, interval: 5s}", "file list.txt"),
        ] {
            let plan = try Self.plan("{type: fake, discovery: \(text)}")
            let balanced = try #require(plan.lookups["s"] as? BalancedLookup)
            #expect(balanced.discovery?.summary == summary)
            #expect(balanced.endpoints.isEmpty)
        }
    }

    @Test func `answers are kept where a service of any kind says so`() throws {
        #expect(try Self.plan("{type: fake, cache: {ttl: 5m}}").lookups["s"] is CachedLookup)
        #expect(
            try Self.plan(
                "{type: cached, cache: {ttl: 5m, max_bytes: 1MiB, miss_ttl: 1s, stale_if_error: 1h, max_entries: 5}}"
            ).lookups["s"] is CachedLookup)
        #expect(try Self.plan("{type: cached}").lookups["s"] is FakeLookup)
        #expect(try Self.plan("{type: plain}").lookups["s"] is FakeLookup)
        #expect(try Self.plan("{type: plain}").services[0].balanced == nil)
    }

    @Test(arguments: [
        ("[\"fake:1\", \"http://2\"]", "`http://2` is no address of a fake"),
        ("[\"fake:1\", \"fake:1\"]", "service `s` names the endpoint `fake:1` more than once"),
    ])
    func `endpoints that can't be are refused with their place`(_ endpoints: String, _ message: String) throws {
        let error = #expect(throws: IntegrationError.self) { try Self.plan("{type: fake, endpoints: \(endpoints)}") }
        #expect(error?.message == message)
        #expect(error?.component?.contains(":2:") == true)
    }

    @Test(arguments: [
        ("endpoints: [\"fake:1\"], discovery: {type: file, path: x}", "`endpoints`"),
        ("discovery: {type: dns, name: api.internal}", "carry no port"),
        ("discovery: {type: carrier-pigeon}", "carrier-pigeon"), ("deadline: 5", "5s"),
        ("endpoints: [{url: \"fake:1\", weight: 0}]", "weight"), ("retry_budget: {ratio: 2}", "ratio"),
        ("cache: {max_entries: 5}", "ttl"),
    ])
    func `mistakes are shown with their line`(_ fields: String, _ expected: String) {
        let report = Self.report("{type: fake, \(fields)}")
        #expect(report.contains("error["))
        #expect(report.contains(":2:"))
        #expect(report.contains(expected), "\(report)")
    }
}
