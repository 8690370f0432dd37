import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationServices

@Suite("A service whose answers are kept", .timeLimit(.minutes(1))) struct CachedLookupTests {
    private static let failed = IntegrationError(.httpServerError, "500")

    private static func lookup(
        _ bench: Bench, _ cache: CacheSettings = CacheSettings(ttl: .seconds(60)), _ addresses: [String] = ["a"]
    ) -> CachedLookup {
        CachedLookup(bench.lookup(addresses), cache, of: "s", registry: bench.registry)
    }

    @Test func `a key is asked for once as long as its answer holds`() async throws {
        let bench = Bench(keysPerRequest: 10)
        try await bench.run(Self.lookup(bench)) { finder in
            #expect(await finder.ask(["1", "2"]) == ["a", "a"])
            #expect(await finder.ask(["2", "3", "1"]) == ["a", "a", "a"])
            try await bench.clock.sleep(for: .seconds(60))
            #expect(await finder.ask("1") == "a")
            #expect(
                bench.registry.statuses[0].cache
                    == CacheStatus(
                        entries: 3, bytes: bench.registry.statuses[0].cache?.bytes ?? 0, hits: 2, misses: 4, stale: 0))
        }
        #expect(bench.service.lines == ["a?1,2", "a?3", "a?1"])
    }

    @Test func `lookups of one key at the same time make one call`() async throws {
        let bench = Bench(keysPerRequest: 10)
        bench.service.set("a") { $0.takes = .seconds(1) }
        try await bench.run(Self.lookup(bench)) { finder in
            await withTaskGroup(of: [String].self) { group in
                for _ in 0..<50 { group.addTask { await finder.ask(["1", "2"]) } }
                for await answers in group { #expect(answers == ["a", "a"]) }
            }
        }
        #expect(bench.service.lines == ["a?1,2"])
    }

    @Test func `who is cut off takes no other with him`() async throws {
        let bench = Bench()
        bench.service.set("a") { $0.takes = .seconds(2) }
        try await bench.run(Self.lookup(bench)) { finder in
            try await withThrowingTaskGroup(of: String.self) { leaders in
                leaders.addTask { await finder.ask("1") }
                try await bench.clock.sleep(for: .seconds(1))
                async let follower = finder.ask("1")
                try await bench.clock.sleep(for: .milliseconds(500))
                leaders.cancelAll()
                #expect(try await leaders.next() != "a")
                #expect(await follower == "a")
            }
            #expect(bench.clock.now == .milliseconds(3500))
        }
        #expect(bench.service.lines == ["a?1", "a cut off", "a?1"])
    }

    @Test func `two who wait for each other's keys both get their answers`() async throws {
        let bench = Bench()
        bench.service.set("a") { $0.takes = .seconds(1) }
        try await bench.run(Self.lookup(bench)) { finder in
            async let first = finder.ask(["1", "2"])
            async let second = finder.ask(["2", "1", "3"])
            async let third = finder.ask(["3", "1"])
            #expect(await first == ["a", "a"])
            #expect(await second == ["a", "a", "a"])
            #expect(await third == ["a", "a"])
        }
        #expect(bench.service.lines.count == 2)
    }

    @Test func `a failure is everybody's who waits, and the next one asks again`() async throws {
        let bench = Bench()
        bench.service.set("a") {
            $0.takes = .seconds(1)
            $0.failure = Self.failed
        }
        try await bench.run(Self.lookup(bench)) { finder in
            async let first = finder.ask("1")
            async let second = finder.ask("1")
            #expect(Set([await first, await second]) == ["IE3104!", "IE3104"])
            bench.service.set("a") { $0.failure = nil }
            #expect(await finder.ask("1") == "a")
        }
        #expect(bench.service.lines == ["a?1", "a?1"])
    }

    @Test func `what was known is given where the service fails, and no longer than is allowed`() async throws {
        let bench = Bench()
        let cache = CacheSettings(ttl: .seconds(10), staleIfError: .seconds(60))
        try await bench.run(Self.lookup(bench, cache)) { finder in
            #expect(await finder.ask("1") == "a")
            bench.service.set("a") { $0.failure = Self.failed }
            try await bench.clock.sleep(for: .seconds(20))
            #expect(await finder.ask(["1", "2"]) == ["a", "IE3104"])
            #expect(bench.registry.statuses[0].cache?.stale == 1)
            try await bench.clock.sleep(for: .seconds(50))
            #expect(await finder.ask("1") == "IE3104!")
        }
    }

    @Test func `a refusal is no reason to give what was known`() async throws {
        let bench = Bench()
        let cache = CacheSettings(ttl: .seconds(10), staleIfError: .seconds(60))
        try await bench.run(Self.lookup(bench, cache)) { finder in
            #expect(await finder.ask("1") == "a")
            bench.service.set("a") { $0.failure = IntegrationError(.httpRefused, "403") }
            try await bench.clock.sleep(for: .seconds(20))
            #expect(await finder.ask("1") == "IE3101!")
        }
    }

    @Test func `a miss is kept as long as miss_ttl says`() async throws {
        let bench = Bench()
        bench.service.set("a") { $0.misses = ["1"] }
        try await bench.run(Self.lookup(bench, CacheSettings(ttl: .seconds(60), missTTL: .seconds(5)))) { finder in
            #expect(await finder.ask(["1"]) == ["missing"])
            bench.service.set("a") { $0.misses = [] }
            try await bench.clock.sleep(for: .seconds(4))
            #expect(await finder.ask(["1"]) == ["missing"])
            try await bench.clock.sleep(for: .seconds(1))
            #expect(await finder.ask(["1"]) == ["a"])
        }
    }
}
