import IntegrationCore
import IntegrationResilience
import IntegrationTesting
import Synchronization
import Testing

/// A service that remembers what it was asked, and answers as a test says.
private final class TestService: AddressedLookup, Sendable {
    let requests = Mutex<[[String]]>([])
    let failures = Mutex<[IntegrationError]>([])
    let keysPerRequest: Int
    let address: String
    private let answer: @Sendable (_ key: String, _ request: Int) -> LookupAnswer

    init(
        keysPerRequest: Int = .max, address: String = "",
        _ answer: @escaping @Sendable (_ key: String, _ request: Int) -> LookupAnswer
    ) {
        self.keysPerRequest = keysPerRequest
        self.address = address
        self.answer = answer
    }

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R { try await body(TestFinder(service: self, keysPerRequest: keysPerRequest)) }

    func at(_ address: String) throws(IntegrationError) -> any Lookup { TestService(address: address, answer) }

    private struct TestFinder: Finder, HealthChecking {
        let service: TestService
        let keysPerRequest: Int

        func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
            let request = service.requests.withLock { requests in
                requests.append(keys.map(\.text))
                return requests.count
            }
            let failure = service.failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let failure { throw failure }
            return keys.map { service.answer($0.text, request) }
        }

        func checkHealth(_ path: String, timeout: Duration) async throws(IntegrationError) {
            throw IntegrationError(.server, path)
        }
    }
}

@Suite("A guarded lookup", .timeLimit(.minutes(1))) struct GuardedLookupTests {
    private static let retry = GuardOptions(retry: RetryPolicy(maximumAttempts: 3, backoff: .exact), breaker: .exact)

    private func asking(
        _ lookup: any Lookup, by guarding: EndpointGuard,
        _ body: @escaping @Sendable (any Finder, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        try await clock.run {
            try await lookup.guarded(by: guarding).withFinder(in: .test(clock)) { try await body($0, clock) }
        }
    }

    private static func texts(_ answers: [LookupAnswer]) -> [String] {
        answers.map { answer in
            switch answer {
            case .found: "found"
            case .missing: "missing"
            case .failed(let error): error.message
            }
        }
    }

    @Test func `keys go in requests of as many as the service takes, and answers come in order`() async throws {
        let service = TestService(keysPerRequest: 2) { key, _ in
            key == "c" ? .failed(IntegrationError(.wrong, "no c")) : .missing
        }
        try await asking(service, by: EndpointGuard("api")) { finder, _ in
            let answers = try await finder.find(["a", "b", "c", "d", "e"].map { LookupKey($0) })
            #expect(Self.texts(answers) == ["missing", "missing", "no c", "missing", "missing"])
        }
        #expect(service.requests.withLock { $0 }.sorted { $0[0] < $1[0] } == [["a", "b"], ["c", "d"], ["e"]])
    }

    @Test func `only keys that failed and may not fail again are asked for again`() async throws {
        let service = TestService { key, request in
            switch key {
            case "b" where request == 1: .failed(.server)
            case "c": .failed(.wrong)
            default: .missing
            }
        }
        try await asking(service, by: EndpointGuard("api", Self.retry)) { finder, clock in
            let answers = try await finder.find(["a", "b", "c"].map { LookupKey($0) })
            #expect(Self.texts(answers) == ["missing", "missing", "400"])
            #expect(clock.now == .seconds(1))
        }
        #expect(service.requests.withLock { $0 } == [["a", "b", "c"], ["b"]])
    }

    @Test func `a service that fails as a whole is asked again, and then says why`() async throws {
        let service = TestService { _, _ in .missing }
        service.failures.withLock { $0 = Array(repeating: .server, count: 3) }
        try await asking(service, by: EndpointGuard("api", Self.retry)) { finder, clock in
            let error = await failure { try await finder.find([LookupKey("a")]) }
            #expect(error?.code == .server)
            #expect(clock.now == .seconds(3))
        }
    }

    @Test func `each address has a guard of its own, which tries nothing again and holds nothing back`() async throws {
        let service = TestService { key, _ in key == "x" ? .failed(.refused) : .missing }
        let guarding = EndpointGuard("api", Self.retry)
        let clock = ManualClock()
        let lookup = try #require(service.guarded(by: guarding) as? any AddressedLookup)
        let (one, two) = (try lookup.at("http://one"), try lookup.at("http://two"))
        try await clock.run {
            try await one.withFinder(in: .test(clock)) { finder in
                #expect(await failure { try await finder.find([LookupKey("x")]) }?.code == .refused)
                let answers = try await finder.find([LookupKey("a")])
                #expect(Self.texts(answers) == ["missing"])
            }
            try await two.withFinder(in: .test(clock)) { finder in
                let answers = try await finder.find([LookupKey("a")])
                #expect(Self.texts(answers) == ["missing"])
            }
        }
        let statuses = guarding.statusesByAddress(at: clock.now)
        #expect(statuses.map(\.name) == ["api at http://one", "api at http://two"])
        #expect(statuses.map(\.breaker) == [.closed, .closed])
        #expect(statuses.map(\.counts.failures) == [1, 0])
        #expect(guarding.at("http://one") === guarding.at("http://one"))
    }

    @Test func `whether the other side is well is asked past the guard`() async throws {
        let service = TestService { _, _ in .missing }
        service.failures.withLock { $0 = [.refused] }
        try await asking(service, by: EndpointGuard("api", GuardOptions(breaker: .exact))) { finder, clock in
            #expect(await failure { try await finder.find([LookupKey("a")]) }?.code == .refused)
            let health = try #require(finder as? any HealthChecking)
            #expect(
                await failure { try await health.checkHealth("/healthz", timeout: .seconds(1)) }?.message == "/healthz")
        }
    }
}
