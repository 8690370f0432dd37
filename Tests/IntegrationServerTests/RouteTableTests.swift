import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationServer

@Suite("Routes of the admin API") struct RouteTableTests {
    private let table = RouteTable.standard

    /// What a stopped engine without a store offers.
    private let services = AdminServices(
        about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))

    private func ask(
        _ method: String, _ target: String, body: String = "", role: AdminRole = .admin
    ) async -> AdminAnswer {
        await table.answer(
            AdminRequest(method: method, target: target, body: Array(body.utf8), role: role), services)
    }

    /// A path that a route matches.
    private static func path(_ route: Route) -> String {
        "/" + route.pattern.map { Route.parameter($0).map { "some-\($0)" } ?? $0 }.joined(separator: "/")
    }

    @Test("No two routes answer the same method and path")
    func unambiguous() {
        let keys = table.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(keys).count == keys.count)
        #expect(keys.count >= 25)
    }

    @Test("A path with a literal comes before one that takes any word there")
    func literalsFirst() throws {
        for (index, route) in table.routes.enumerated() {
            let segments = Self.path(route).split(separator: "/").map(String.init)
            let first = try #require(
                table.routes.firstIndex { $0.method == route.method && $0.match(segments) != nil })
            #expect(first == index, "\(route.method.rawValue) \(route.path) is hidden by \(table.routes[first].path)")
        }
    }

    @Test(
        "Every method that a path does not have is answered with those that it has",
        arguments: RouteTable.standard.routes.map(\.path))
    func wrongMethod(_ path: String) async throws {
        let route = try #require(table.routes.first { $0.path == path })
        let target = Self.path(route)
        let segments = target.split(separator: "/").map(String.init)
        let allowed = Set(table.routes.filter { $0.match(segments) != nil }.map(\.method.rawValue))
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"] where !allowed.contains(method) {
            let answer = await ask(method, target)
            #expect(answer.status == 405)
            #expect(answer.error?.code == .methodNotAllowed)
            let header = answer.headers.first { $0.name == "Allow" }?.value.split(separator: ", ").map(String.init)
            #expect(Set(header ?? []) == allowed)
        }
    }

    @Test(
        "A role below the route's is refused before anything else is looked at",
        arguments: RouteTable.standard.routes.indices)
    func lowRole(_ index: Int) async {
        let route = table.routes[index]
        for role in AdminRole.allCases where role < route.role {
            let answer = await ask(route.method.rawValue, Self.path(route) + "?nonsense=1", role: role)
            #expect(answer.status == 403)
            #expect(answer.error?.code == .roleTooLow)
        }
    }

    @Test("A field that a route does not know is named", arguments: RouteTable.standard.routes.indices)
    func unknownField(_ index: Int) async {
        let route = table.routes[index]
        let answer = await ask(route.method.rawValue, Self.path(route) + "?nonsense=1")
        #expect(answer.status == 400)
        #expect(answer.error?.code == .requestInvalid)
        #expect(answer.error?.message.contains("`nonsense`") == true)
    }

    @Test("A body that is no JSON object is refused where fields are expected", arguments: ["{", "[1]", "5", "\u{0}"])
    func brokenBody(_ body: String) async {
        for route in table.routes where route.content == .fields {
            let answer = await ask(route.method.rawValue, Self.path(route), body: body)
            #expect(answer.status == 400)
            #expect(answer.error?.code == .requestInvalid)
        }
    }

    @Test("A body is refused where none is expected")
    func unexpectedBody() async {
        for route in table.routes where route.content == .none {
            let answer = await ask(route.method.rawValue, Self.path(route), body: "{}")
            #expect(answer.status == 400, "\(route.method.rawValue) \(route.path)")
        }
    }

    @Test("A field that is given twice is refused")
    func twice() async {
        let answer = await ask("GET", "/v1/events?limit=1&limit=2")
        #expect(answer.error?.message == "`limit` is given more than once")
        let inPath = await ask("GET", "/v1/flows/a?name=b")
        #expect(inPath.error?.message == "`name` is given more than once")
    }

    @Test(
        "Everything that is no path of the API is a clear error",
        arguments: ["/", "", "/v2/flows", "/v1/flows/a/b/c", "/v1/%zz", "/v1/flows/%"])
    func unknownPath(_ target: String) async {
        let answer = await ask("GET", target)
        #expect(answer.status == 404 || answer.status == 400)
        #expect([ErrorCode.routeUnknown, .requestInvalid].contains(answer.error?.code))
    }

    @Test("Numbers out of range and of the wrong kind are refused with what is right")
    func ranges() async {
        let large = await ask("GET", "/v1/events?limit=1001")
        #expect(large.error?.message.contains("it must be") == true)
        let word = await ask("GET", "/v1/events?limit=ten")
        #expect(word.error?.message.contains("must be a whole number, not the text `ten`") == true)
    }

    @Test(
        "Without engine and store each route says what it lacks",
        arguments: [
            ("GET", "/v1/flows", ErrorCode.engineNotRunning), ("POST", "/v1/flows/a/start", .engineNotRunning),
            ("POST", "/v1/reload", .engineNotRunning), ("GET", "/v1/queues", .noStorage),
            ("GET", "/v1/dead-letters", .noStorage), ("GET", "/v1/events", .noStorage),
        ])
    func missingParts(_ method: String, _ target: String, _ code: ErrorCode) async {
        let answer = await ask(method, target)
        #expect(answer.status == 409)
        #expect(answer.error?.code == code)
    }

    @Test("Every answer is one JSON value on one line")
    func oneLine() async throws {
        for route in table.routes {
            let answer = await ask(route.method.rawValue, Self.path(route))
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(text.hasSuffix("\n"))
            #expect(text.dropLast().contains("\n") == false)
            _ = try Document(text)
        }
    }
}
