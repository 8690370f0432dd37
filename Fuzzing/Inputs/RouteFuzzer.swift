internal import FuzzerSupport
internal import IntegrationCore

/// As much of a route as the table looks at.
final class Route: Sendable {
    let pattern: RoutePattern
    let methods: [String]
    let owner: String

    init(_ pattern: RoutePattern, methods: [String], owner: String) {
        self.pattern = pattern
        self.methods = methods
        self.owner = owner
    }
}

/// Routes of a server: the target of a request, then patterns with their methods (`GET,POST /a/{b}`).
///
/// What is found depends on what the target says, not on how it is encoded, and not on the order of the routes.
enum RouteFuzzer: Fuzzer {
    static let name = "routes"

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 8)
        guard let text = text(parts, 0), let target = RequestTarget(text) else { return }
        withinTime {
            checkTarget(target)
            var routes: [Route] = []
            for index in parts.indices.dropFirst() {
                guard let written = Self.text(parts, index) else { continue }
                let words = written.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                guard words.count == 2, let pattern = try? RoutePattern(String(words[1])) else { continue }
                checkPattern(pattern, target)
                let methods = words[0].split(separator: ",").map(String.init)
                routes.append(Route(pattern, methods: methods, owner: "\(index)"))
            }
            checkTable(routes, target)
        }
    }

    private static func checkTarget(_ target: RequestTarget) {
        let encoded = fullyEncoded(target)
        require(RequestTarget(encoded)?.segments == target.segments, "\(encoded) is another path")
        for segment in target.segments {
            require(segment != "." && segment != "..", "it climbs")
            require(segment.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character")
        }
        for (name, value) in target.parameters {
            let pair = PercentEncoding.component(name) + "=" + PercentEncoding.component(value)
            let again = RequestTarget("/?" + pair)?.parameters
            require(again?.first.map { $0 == (name, value) } ?? pair.isEmpty, "the parameter \(pair) is another one")
        }
    }

    /// Every byte of its segments percent-encoded.
    private static func fullyEncoded(_ target: RequestTarget) -> String {
        target.segments.map { "/" + PercentEncoding.encode($0) { _ in false } }.joined()
    }

    private static func checkPattern(_ pattern: RoutePattern, _ target: RequestTarget) {
        guard let values = pattern.match(target.segments) else { return }
        // What was taken, put in the place of what took it, is the path again.
        var path: [String] = []
        var rest = values[...]
        for segment in pattern.segments {
            switch segment {
            case .literal(let text): path.append(text)
            case .parameter(let name):
                guard let value = rest.popFirst(), value.name == name else { return require(false, "lost: \(name)") }
                path.append(value.value)
            case .rest:
                guard let value = rest.popFirst(), value.name == "*" else { return require(false, "the rest is lost") }
                path.append(value.value)
            }
        }
        require(rest.isEmpty, "more values than parameters")
        var expected = target.segments.joined(separator: "/")
        // Nothing at all is left for a rest whose slash is missing.
        if path.count > target.segments.count { expected += "/" }
        require(path.joined(separator: "/") == expected, "\(path) of \(target.segments)")
    }

    private static func checkTable(_ routes: [Route], _ target: RequestTarget) {
        guard let one = table(routes), let other = table(routes.reversed()) else { return }
        guard let encoded = RequestTarget(fullyEncoded(target)) else { return }
        for method in Set(["GET"] + routes.flatMap(\.methods)) {
            let found = describe(one.find(method, target))
            require(found == describe(other.find(method, target)), "the order of the routes matters")
            require(found == describe(one.find(method, encoded)), "the encoding matters: \(found)")
            let fitting = routes.filter { $0.pattern.match(target.segments) != nil }
            let serves = fitting.contains { $0.methods.contains(method) }
            require(found.hasPrefix("found") == serves, "\(method) is served by \(found)")
            require((found == "unknown") == fitting.isEmpty, "\(fitting.count) fit, and it is \(found)")
        }
    }

    private static func table(_ routes: [Route]) -> RouteTable? {
        var table = RouteTable()
        for route in routes {
            do throws(IntegrationError) {
                try table.add(route)
            } catch {
                require(error.message.contains("both serve"), "nothing is said")
                return nil
            }
        }
        return table
    }

    private static func describe(_ finding: RouteTable.Finding) -> String {
        switch finding {
        case .found(let route, let values): "found \(route.pattern.shape.sorted { $0.key < $1.key }) \(values)"
        case .otherMethods(let routes): "other methods \(routes.flatMap(\.methods).sorted())"
        case .unknown: "unknown"
        }
    }
}
