import ConnectorTestSupport
import IntegrationCore
import Testing

@testable import HTTPConnector

@Suite("Credentials")
struct CredentialTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    private func error(_ path: String, _ auth: ConfigurationNode) async throws -> IntegrationError? {
        try await Exchange.error(
            to: ["connector": "rest", "path": .string(path)],
            connector: ["base_url": .string(server.url), "auth": auth])
    }

    private func oauth2(_ more: [(String, ConfigurationNode)] = []) -> ConfigurationNode {
        .mapping(
            [
                ("type", "oauth2"), ("token_url", .string(server.url + "/token")), ("client_id", "client"),
                ("client_secret", "s3cret"),
            ] + more)
    }

    @Test(
        "Bearer, basic and keys go where they belong",
        arguments: [
            ["type": "bearer", "token": "s3cret"], ["type": "basic", "username": "joe", "password": "s3cret"],
            ["type": "api_key", "key": "s3cret"],
            ["type": "api_key", "in": "query", "name": "api_key", "key": "s3cret"],
        ] as [ConfigurationNode])
    func accepted(_ auth: ConfigurationNode) async throws {
        #expect(try await error("/key", auth) == nil)
    }

    @Test(
        "A refusal is no fault of the message, and never shows the secret, though the server repeats it",
        arguments: [
            ["type": "bearer", "token": "wr0ng"], ["type": "basic", "username": "joe", "password": "wr0ng"],
            ["type": "api_key", "key": "wr0ng"], ["type": "api_key", "in": "query", "name": "api_key", "key": "wr0ng"],
        ] as [ConfigurationNode])
    func refused(_ auth: ConfigurationNode) async throws {
        let error = try #require(try await error("/key", auth))
        #expect(error.code == .accessRefused)
        #expect(error.nativeCode == "403")
        #expect(error.description.contains("may not do that"))
        #expect(!error.description.contains("wr0ng"))
        #expect(!error.description.contains("am9lOndyMG5n"))
    }

    @Test("A secret with a line break at its end is refused before anything is sent")
    func lineBreak() throws {
        let error = #expect(throws: IntegrationError.self) {
            _ = try TestMakers(
                connector: ["base_url": "http://localhost", "auth": ["type": "bearer", "token": "abc\n"]]
            ).destination(["connector": "rest"])
        }
        #expect(error?.message.contains("line break") == true)
    }

    @Test("A token is fetched once, however many need it, and used by all")
    func singleFlight() async throws {
        let destination = try TestMakers(connector: ["base_url": .string(server.url), "auth": oauth2()])
            .destination(["connector": "rest", "path": "/protected"])
        let refused = try await destination.withSender(in: .quiet()) { sender in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await sender.send(Batch(["{}", "{}"])).refused.count } }
                return try await group.reduce(0, +)
            }
        }
        #expect(refused == 0)
        #expect(try await server.tokens() == 1)
        let asked = try #require(try await server.notes().first)
        #expect(asked.headers["authorization"] == "Basic Y2xpZW50OnMzY3JldA==")
        #expect(asked.body == "grant_type=client_credentials")
    }

    @Test("Whoever waits for a token that does not come is let go when he is cancelled")
    func cancelled() async throws {
        let destination = try TestMakers(
            connector: [
                "base_url": .string(server.url),
                "auth": [
                    "type": "oauth2", "token_url": .string(server.url + "/slow/20"), "client_id": "c",
                    "client_secret": "s",
                ],
            ]
        ).destination(["connector": "rest", "path": "/ok"])
        let started = SystemClock().now
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    let error = await failure {
                        try await destination.withSender(in: .quiet()) { sender in
                            let report = try await sender.send(Batch(["{}"]))
                            if let refused = report.refused.first { throw refused.error }
                        }
                    }
                    #expect(error?.code == .connectionCut)
                }
            }
            while (try? await server.notes().count) == 0 { await Task.yield() }
            group.cancelAll()
        }
        #expect(SystemClock().now - started < .seconds(10))
        #expect(try await server.notes().count == 1)
    }

    @Test("Scopes, audience, and credentials in the body")
    func body() async throws {
        let more: [(String, ConfigurationNode)] = [
            ("scopes", ["a", "b c"]), ("audience", "https://x/?y"), ("client_auth", "body"),
        ]
        #expect(try await error("/protected", oauth2(more)) == nil)
        let asked = try #require(try await server.notes().first)
        #expect(asked.headers["authorization"] == nil)
        #expect(
            asked.body == "grant_type=client_credentials&scope=a%20b%20c&audience=https%3A%2F%2Fx%2F%3Fy"
                + "&client_id=client&client_secret=s3cret")
    }

    @Test("A token that the server refuses is fetched anew once")
    func renewal() async throws {
        let destination = try TestMakers(connector: ["base_url": .string(server.url), "auth": oauth2()])
            .destination(["connector": "rest", "path": "/protected"])
        try await destination.withSender(in: .quiet()) { sender in
            #expect(try await sender.send(Batch(["{}"])).refused.isEmpty)
            _ = try await Exchange.get(server.url + "/revoke")
            #expect(try await sender.send(Batch(["{}"])).refused.isEmpty)
        }
        #expect(try await server.tokens() == 2)
        // A server that takes no token at all is asked twice, not for ever.
        #expect(try await error("/status/401", oauth2())?.code == .accessRefused)
        #expect(try await server.tokens() == 4)
    }

    @Test("A token server that refuses, or makes no sense, is no fault of the message and hides the secret")
    func noToken() async throws {
        let auth: ConfigurationNode = [
            "type": "oauth2", "token_url": .string(server.url + "/token"), "client_id": "client",
            "client_secret": "s3cret?", "client_auth": "body",
        ]
        let error = try #require(try await error("/protected", auth))
        #expect(error.code == .accessRefused)
        #expect(error.causes.first?.hasPrefix("invalid_client: no such client") == true)
        #expect(!error.description.contains("s3cret"))
        let other: ConfigurationNode = [
            "type": "oauth2", "token_url": .string(server.url + "/html/200"), "client_id": "c", "client_secret": "s",
        ]
        #expect(try await self.error("/protected", other)?.message.contains("holds no `access_token`") == true)
    }
}

@Suite("The state of a token")
struct TokenStateTests {
    private let token = SecretString("t")

    @Test("Whoever asks first fetches, others wait, and a token is used until a minute before it expires")
    func life() {
        var state = TokenState<Int>()
        var steps = [state.ask(at: .zero), state.ask(at: .zero)]
        #expect(steps == [.fetch, .wait])
        let isWaiting = (1...3).map { state.wait($0, $0) }
        #expect(isWaiting == [true, true, true])
        let woken = [state.cancel(2), state.cancel(4)]
        #expect(woken == [2, nil])
        let gaveUp = state.wait(4, 4)
        #expect(!gaveUp)
        let served = state.fetched(token, lifetime: .seconds(3600), at: .seconds(1))
        #expect(served == [1, 3])
        let isLate = state.wait(5, 5)
        #expect(!isLate)
        steps = [state.ask(at: .seconds(3540)), state.ask(at: .seconds(3541))]
        #expect(steps == [.use(token), .fetch])
        let nobody = state.failed()
        #expect(nobody == [])
        let again = state.ask(at: .seconds(3541))
        #expect(again == .fetch)
    }

    @Test("A short life is used for nine tenths, one without end until it is refused")
    func lifetimes() {
        var state = TokenState<Int>()
        _ = state.ask(at: .zero)
        _ = state.fetched(token, lifetime: .seconds(10), at: .zero)
        var steps = [state.ask(at: .milliseconds(8999)), state.ask(at: .seconds(9))]
        #expect(steps == [.use(token), .fetch])
        _ = state.fetched(token, lifetime: nil, at: .zero)
        steps = [state.ask(at: .seconds(1_000_000))]
        state.discard(SecretString("another"))
        steps.append(state.ask(at: .zero))
        state.discard(token)
        steps.append(state.ask(at: .zero))
        #expect(steps == [.use(token), .use(token), .fetch])
    }
}
