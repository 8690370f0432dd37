import IntegrationCore
import Testing

@testable import HTTPConnector

@Suite("Routes and targets")
struct RoutingTests {
    private func route(_ pattern: String, _ methods: [String] = ["GET"]) throws -> Route {
        Route(
            try RoutePattern(pattern), methods: methods, owner: pattern, rules: RequestRules(), inbox: Inbox(limit: 1))
    }

    @Test("The most specific pattern wins, whatever the order they were added in")
    func specificity() throws {
        let patterns = ["/*", "/orders/*", "/orders/{id}", "/orders/new", "/{kind}/new", "/"]
        for order in [patterns, patterns.reversed()] {
            var table = RouteTable()
            for pattern in order { try table.add(try route(pattern)) }
            let expected = [
                ("/", "/"), ("/orders/new", "/orders/new"), ("/orders/7", "/orders/{id}"),
                ("/orders/7/items", "/orders/*"), ("/bills/new", "/{kind}/new"), ("/bills/old", "/*"),
                ("/orders/", "/orders/*"),
            ]
            for (path, pattern) in expected {
                guard let target = RequestTarget(path), case .found(let found, _) = table.find("GET", target) else {
                    Issue.record("nothing serves \(path)")
                    continue
                }
                #expect(found.pattern.text == pattern, "\(path)")
            }
        }
    }

    @Test("What is served depends on what a path says, not on how it is encoded")
    func encodings() throws {
        var table = RouteTable()
        try table.add(try route("/a%20b/c"))
        try table.add(try route("/orders"))
        try table.add(try route("/orders/*"))
        try table.add(try route("/{any}", ["POST"]))
        func served(_ method: String, _ path: String) throws -> String? {
            guard case .found(let route, _) = table.find(method, try #require(RequestTarget(path))) else { return nil }
            return route.pattern.text
        }
        for path in ["/a%20b/c", "/%61%20b/%63"] { #expect(try served("GET", path) == "/a%20b/c") }
        #expect(try served("GET", "/a%2520b/c") == nil)
        for path in ["/orders", "/order%73"] {
            #expect(try served("GET", path) == "/orders")
            #expect(try served("POST", path) == "/{any}")
            #expect(try served("PUT", path) == nil)
        }
        // The same path, written in another way.
        #expect(throws: IntegrationError.self) { try table.add(try route("/%6Frders")) }
    }

    @Test("Parameters are decoded, and are never empty")
    func parameters() throws {
        let pattern = try RoutePattern("/shops/{shop}/*")
        func values(_ path: String) -> [String]? {
            RequestTarget(path).flatMap { pattern.match($0.segments) }?.map(\.value)
        }
        #expect(values("/shops/a%2Fb/c/d") == ["a/b", "c/d"])
        #expect(values("/shops/%C3%A4") == ["ä", ""])
        #expect(values("/shops//c") == nil)
        #expect(values("/shop/a/c") == nil)
    }

    @Test(
        "Patterns that make no sense are refused",
        arguments: ["orders", "/a/*/b", "/{}", "/{a}/{a}", "/a{b}", "/a?b", "/%zz", "/%", "/a/..", "/%2E/a", "/%00"])
    func wrongPatterns(_ text: String) {
        #expect(throws: IntegrationError.self) { try RoutePattern(text) }
    }

    @Test("Patterns that differ in names alone clash where they share a method")
    func clashes() throws {
        var table = RouteTable()
        try table.add(try route("/orders/{id}", ["GET", "PUT"]))
        try table.add(try route("/orders/{number}", ["POST"]))
        #expect(throws: IntegrationError.self) { try table.add(try route("/orders/{other}", ["PUT"])) }
        let target = try #require(RequestTarget("/orders/1"))
        guard case .otherMethods(let routes) = table.find("DELETE", target) else {
            Issue.record("the path is served")
            return
        }
        #expect(Set(routes.flatMap(\.methods)) == ["GET", "PUT", "POST"])
    }

    @Test("Parameters of a query keep their order, their blanks and what can't be decoded")
    func query() throws {
        let target = try #require(RequestTarget("/?b=1&a=x+y%26&c&b=%zz&=v"))
        #expect(target.parameters.map(\.name) == ["b", "a", "c", "b", ""])
        #expect(target.parameters.map(\.value) == ["1", "x y&", "", "%zz", "v"])
        #expect(target.path == "/")
    }
}
