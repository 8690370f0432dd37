import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@Suite("HTTP lookup")
struct HTTPLookupTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    private var rest: ConfigurationNode { ["base_url": .string(server.url)] }

    @Test("A row is the answer's object, and 404 means that there is none")
    func rows() async throws {
        let answers = try await Exchange.find(
            ["a/b", "nobody", "7"], in: ["connector": "rest", "request": ["path": "/customers/{{ $key }}"]],
            connector: rest)
        #expect(
            answers == [
                #"{"id":"a/b","name":"Customer a/b","tier":"gold"}"#, "missing",
                #"{"id":"7","name":"Customer 7","tier":"gold"}"#,
            ])
        let notes = try await server.notes()
        #expect(notes.map(\.target) == ["/customers/a%2Fb", "/customers/nobody", "/customers/7"])
        #expect(notes.allSatisfy { $0.headers["accept"] == "application/json" && $0.headers["traceparent"] != nil })
    }

    @Test("Many keys go in one request, and rows come by key, by member or in order")
    func batches() async throws {
        for request: ConfigurationNode in [
            ["path": "/customers", "query": ["ids": "{{ $join($keys, ',') }}"], "keys_per_request": 2],
            [
                "path": "/list/customers", "query": ["ids": "{{ $join($keys, ',') }}"], "keys_per_request": 2,
                "items": "data.customers", "item_key": "id",
            ],
            ["path": "/in-order/customers", "query": ["ids": "{{ $join($keys, ',') }}"], "keys_per_request": 2],
        ] {
            let answers = try await Exchange.find(
                ["1", "no2", "3"], in: ["connector": "rest", "request": request], connector: rest)
            #expect(
                answers == [
                    #"{"id":"1","name":"Customer 1","tier":"gold"}"#, "missing",
                    #"{"id":"3","name":"Customer 3","tier":"gold"}"#,
                ])
        }
        #expect(try await server.notes().count == 6)
    }

    @Test("An answer that is no JSON object is an error that shows what came")
    func noObject() async throws {
        let error = try await #require(
            failure {
                _ = try await Exchange.find(
                    ["1"], in: ["connector": "rest", "request": ["path": "/html/200"]], connector: rest)
            })
        #expect(error.code == .httpAnswerInvalid)
        #expect(error.message.contains("is no JSON but text/html"))
        #expect(error.causes.last == "Sign in Please sign in")
        let size = try await Exchange.find(
            ["1"],
            in: ["connector": "rest", "request": ["path": "/in-order/customers", "query": ["ids": "{{ $key }}"]]],
            connector: rest)
        #expect(size == ["failed IE3106 the answer of \(server.url)/in-order/customers is no JSON object"])
    }

    @Test("A refused key fails alone, a server that fails is the service's failure")
    func failures() async throws {
        let refused = try await Exchange.find(
            ["1"], in: ["connector": "rest", "request": ["path": "/status/422/{{ $key }}"]], connector: rest)
        #expect(refused == ["failed IE3101 GET \(server.url)/status/422/1 was answered with 422 Unprocessable Entity"])
        let error = try await #require(
            failure {
                _ = try await Exchange.find(
                    ["1"], in: ["connector": "rest", "request": ["path": "/status/503"]], connector: rest)
            })
        #expect(error.code == .httpServerError)
    }

    @Test("The same lookup can be had at another address, and be asked whether it is well")
    func addresses() async throws {
        let lookup = try TestMakers(connector: ["auth": ["type": "bearer", "token": "s3cret"]]).lookup(
            ["connector": "rest", "request": ["path": "/customers/{{ $key }}"]])
        let other = try (lookup as? any AddressedLookup).map { try $0.at(server.url) }
        let found = try await #require(other).withFinder(in: .quiet()) { finder in
            let health = try #require(finder as? any HealthChecking)
            try await health.checkHealth("/ok", timeout: .seconds(5))
            let sick = await failure { try await health.checkHealth("/status/500", timeout: .seconds(5)) }
            #expect(sick?.code == .httpServerError)
            return try await finder.find([LookupKey("1")]).count
        }
        #expect(found == 1)
        #expect(try await server.notes().last?.headers["authorization"] == "Bearer s3cret")
        #expect(throws: IntegrationError.self) { _ = try (lookup as? any AddressedLookup)?.at("not an address") }
    }
}
