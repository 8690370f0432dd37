import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationServices

@Suite("A service with many endpoints", .timeLimit(.minutes(1))) struct BalancedLookupTests {
    private static let refused = IntegrationError(.connectionRefused, "refused")
    private static let failed = IntegrationError(.httpServerError, "500")

    @Test func `each key is a request, and requests are shared out`() async throws {
        let bench = Bench()
        try await bench.run(bench.lookup(["a", "b", "c"])) { finder in
            #expect(await finder.ask(["1", "2", "3", "4", "5", "6"]) == ["a", "b", "c", "a", "b", "c"])
        }
        #expect(bench.service.lines.sorted() == ["a?1,4", "b?2,5", "c?3,6"])
        #expect(bench.service.open == [])
    }

    @Test func `keys that fit into one request go together`() async throws {
        let bench = Bench(keysPerRequest: 4)
        try await bench.run(bench.lookup(["a", "b"])) { finder in
            #expect(finder.keysPerRequest == 4)
            #expect(await finder.ask(["1", "2", "3", "4", "5"]) == ["a", "a", "a", "a", "b"])
        }
        #expect(bench.service.lines.sorted() == ["a?1,2,3,4", "b?5"])
    }

    @Test func `a request that failed goes to another endpoint, and one that was refused does not`() async throws {
        let bench = Bench(keysPerRequest: 2)
        bench.service.set("a") { $0.failure = Self.refused }
        bench.service.set("b") { $0.failure = IntegrationError(.httpRefused, "404") }
        try await bench.run(bench.lookup(["a", "b", "c"])) { finder in
            #expect(await finder.ask(["1", "2", "3", "4"]) == ["c", "c", "IE3101", "IE3101"])
            #expect(bench.service.lines == ["a?1,2", "b?3,4", "c?1,2"])
        }
    }

    @Test func `single keys that failed are asked again elsewhere, and the others keep their answers`() async throws {
        let bench = Bench(keysPerRequest: 10)
        bench.service.set("a") {
            $0.failure = Self.failed
            $0.failsKeys = ["2", "4"]
            $0.misses = ["3"]
        }
        try await bench.run(bench.lookup(["a", "b"])) { finder in
            #expect(await finder.ask(["1", "2", "3", "4"]) == ["a", "b", "missing", "b"])
        }
        #expect(bench.service.lines == ["a?1,2,3,4", "b?2,4"])
    }

    @Test func `no endpoint is asked twice for a key, and the last failure is the answer`() async throws {
        let bench = Bench()
        for address in ["a", "b", "c"] { bench.service.set(address) { $0.failure = Self.refused } }
        try await bench.run(bench.lookup(["a", "b", "c"])) { finder in
            #expect(await finder.ask("1") == "IE3002!")
        }
        #expect(bench.service.asked == ["a", "b", "c"])
    }

    @Test func `as long as one is up no call fails`() async throws {
        let bench = Bench()
        for address in ["a", "b", "c"] { bench.service.set(address) { $0.failure = Self.refused } }
        try await bench.run(bench.lookup(["a", "b", "c", "d"])) { finder in
            for _ in 0..<200 {
                #expect(await finder.ask("1") == "d")
                try await bench.clock.sleep(for: .milliseconds(50))
            }
            // The one that was up goes, and another comes back at the same moment.
            bench.service.set("d") { $0.failure = Self.refused }
            bench.service.set("b") { $0.failure = nil }
            #expect(await finder.ask("1") == "b")
        }
    }

    @Test func `failovers end where their budget does`() async throws {
        let bench = Bench()
        let settings = ServiceSettings(
            ejection: OutlierEjection(maximumShare: 0), budget: RetryBudget(ratio: 0, reserve: 0.5))
        bench.service.set("a") { $0.failure = Self.failed }
        try await bench.run(bench.lookup(["a", "b"], settings)) { finder in
            var answers: [String] = []
            for _ in 0..<20 { answers.append(await finder.ask("1")) }
            #expect(answers.count { $0 == "b" } >= 10)
            #expect(answers.contains("IE3104!"))
            #expect(bench.registry.statuses[0].failovers == 5)
        }
    }

    @Test func `a key stays with its endpoint under consistent hashing, and goes on from a dead one`() async throws {
        let bench = Bench()
        let keys = (0..<40).map { "customer-\($0)" }
        try await bench.run(bench.lookup(["a", "b", "c"], ServiceSettings(balancing: .consistentHash))) { finder in
            let owners = await finder.ask(keys)
            #expect(Set(owners) == ["a", "b", "c"])
            #expect(await finder.ask(keys) == owners)
            bench.service.set("b") { $0.failure = Self.refused }
            let others = await finder.ask(keys)
            for (owner, other) in zip(owners, others) { #expect(owner == "b" ? other != "b" : other == owner) }
        }
    }

    @Test func `a lookup takes no longer than its deadline, failovers included`() async throws {
        let bench = Bench()
        let settings = ServiceSettings(deadline: .seconds(3))
        bench.service.set("a") {
            $0.takes = .seconds(2)
            $0.failure = Self.failed
        }
        bench.service.set("b") { $0.takes = .seconds(2) }
        try await bench.run(bench.lookup(["a", "b"], settings)) { finder in
            #expect(await finder.ask("1") == "IE3006!")
            #expect(bench.clock.now == .seconds(3))
            #expect(bench.service.lines == ["a?1", "b?1", "b cut off"])
            bench.service.set("a") { $0.takes = .zero }
            #expect(await finder.ask("1") == "b")
            #expect(bench.clock.now == .seconds(5))
        }
    }

    @Test func `endpoints come and go while calls are in hand, and none of them fails`() async throws {
        let bench = Bench()
        for address in ["a", "b", "c"] { bench.service.set(address) { $0.takes = .milliseconds(300) } }
        let lookup = bench.lookup(["a"])
        try await bench.run(lookup) { finder in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        try await bench.clock.sleep(for: .milliseconds(lane * 70))
                        var answers: [String] = []
                        for _ in 0..<50 { answers.append(await finder.ask("1")) }
                        return answers
                    }
                }
                for _ in 0..<10 {
                    try await bench.clock.sleep(for: .milliseconds(500))
                    try bench.registry.register("s", ServiceEndpoint(address: "b"))
                    try await bench.clock.sleep(for: .milliseconds(200))
                    try bench.registry.deregister("s", endpoint: "a")
                    try await bench.clock.sleep(for: .milliseconds(500))
                    #expect(bench.service.open == ["b"])
                    try bench.registry.register("s", ServiceEndpoint(address: "a"))
                    try bench.registry.register("s", ServiceEndpoint(name: "third", address: "c"))
                    try bench.registry.deregister("s", endpoint: "b")
                    try await bench.clock.sleep(for: .milliseconds(100))
                    try bench.registry.deregister("s", endpoint: "third")
                }
                let answers = try await group.reduce(into: []) { $0 += $1 }
                #expect(answers.count == 200)
                #expect(Set(answers) == ["a", "b", "c"])
            }
        }
        #expect(bench.service.open == [])
    }

    @Test func `an endpoint that is registered anew under its name is the new one`() async throws {
        let bench = Bench()
        try await bench.run(bench.lookup([])) { finder in
            let endpoint = ServiceEndpoint(address: "e")
            let old = FakeLookup(service: bench.service, address: "old")
            try bench.registry.register("s", endpoint, lookup: old)
            try await bench.clock.sleep(for: .seconds(1))
            #expect(await finder.ask("1") == "old")
            try bench.registry.deregister("s", endpoint: "e")
            try bench.registry.register("s", endpoint, lookup: FakeLookup(service: bench.service, address: "new"))
            try await bench.clock.sleep(for: .seconds(1))
            #expect(await finder.ask("1") == "new")
            #expect(bench.service.open == ["new"])
        }
    }

    @Test func `an endpoint that leaves closes when the calls in hand are over`() async throws {
        let bench = Bench()
        bench.service.set("a") { $0.takes = .seconds(2) }
        try await bench.run(bench.lookup(["a", "b"])) { finder in
            async let answer = finder.ask("1")
            try await bench.clock.sleep(for: .seconds(1))
            try bench.registry.deregister("s", endpoint: "a")
            try await bench.clock.sleep(for: .milliseconds(900))
            #expect(bench.service.open == ["a", "b"])
            #expect(bench.registry.statuses[0].endpoints.map(\.state) == [.draining, .up])
            try await bench.clock.sleep(for: .milliseconds(200))
            #expect(bench.service.open == ["b"])
            #expect(await answer == "a")
            #expect(bench.registry.statuses[0].endpoints.map(\.state) == [.up, .out])
        }
    }

    @Test func `a slow joiner holds nobody up for longer than patience lasts`() async throws {
        let bench = Bench()
        bench.service.set("b") { $0.opensAfter = .seconds(8) }
        try await bench.run(bench.lookup(["a", "b"])) { finder in
            #expect(bench.clock.now == .seconds(5))
            #expect(await finder.ask(["1", "2"]) == ["a", "a"])
            try await bench.clock.sleep(for: .seconds(4))
            #expect(await finder.ask(["1", "2"]) == ["b", "a"])
        }
    }

    @Test func `an endpoint that can't be opened is tried again until it can`() async throws {
        let bench = Bench()
        bench.service.set("b") { $0.openingFailure = Self.refused }
        try await bench.run(bench.lookup(["a", "b"])) { finder in
            try await bench.clock.sleep(for: .seconds(10))
            #expect(await finder.ask(["1", "2"]) == ["a", "a"])
            #expect(bench.registry.statuses[0].endpoints.map(\.state) == [.up, .broken])
            bench.service.set("b") { $0.openingFailure = nil }
            try await bench.clock.sleep(for: .seconds(60))
            #expect(bench.registry.statuses[0].endpoints.map(\.state) == [.up, .up])
        }
    }

    @Test func `where none can be opened, opening fails with the first reason`() async throws {
        let bench = Bench()
        for address in ["a", "b"] {
            bench.service.set(address) { $0.openingFailure = IntegrationError(.tlsFailed, address) }
        }
        let error = await #expect(throws: IntegrationError.self) {
            try await bench.run(bench.lookup(["a", "b"])) { _ in }
        }
        #expect(error?.code == .tlsFailed)
        #expect(error?.message == "a")
    }

    @Test func `checks take an endpoint out and bring it back`() async throws {
        let bench = Bench()
        let settings = ServiceSettings(
            checks: HealthChecks(path: "/healthz", interval: .seconds(10), unhealthyAfter: 2))
        try await bench.run(bench.lookup(["a", "b"], settings)) { finder in
            try await bench.clock.sleep(for: .seconds(1))
            #expect(Set(await finder.ask(["1", "2"])) == ["a", "b"])
            bench.service.set("a") { $0.isUnhealthy = true }
            try await bench.clock.sleep(for: .seconds(10))
            #expect(Set(await finder.ask(["1", "2"])) == ["a", "b"])
            try await bench.clock.sleep(for: .seconds(10))
            #expect(Set(await finder.ask(["1", "2"])) == ["b"])
            #expect(bench.registry.statuses[0].endpoints.map(\.state) == [.unhealthy, .up])
            bench.service.set("b") { $0.isUnhealthy = true }
            try await bench.clock.sleep(for: .seconds(20))
            // Nobody is well: everybody is asked.
            #expect(Set(await finder.ask(["1", "2"])) == ["a", "b"])
            bench.service.set("a") { $0.isUnhealthy = false }
            try await bench.clock.sleep(for: .seconds(10))
            #expect(Set(await finder.ask(["1", "2"])) == ["a"])
        }
        #expect(bench.service.lines.contains("a /healthz"))
    }

    @Test func `an answer to too few keys fails all of them`() async throws {
        struct Short: Lookup, Finder {
            func withFinder<R: Sendable>(
                in context: FlowContext, _ body: (any Finder) async throws -> R
            ) async throws -> R { try await body(self) }
            func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] { [.missing] }
        }
        let bench = Bench()
        let balanced = BalancedLookup(
            "s", endpoints: [ServiceEndpoint(address: "a")], registry: bench.registry
        ) { _ in Short() }
        try await bench.run(balanced) { finder in
            #expect(await finder.ask(["1", "2"]).allSatisfy { $0.hasSuffix("!") })
        }
    }
}
