internal import IntegrationCore

/// The routes of one address. A value: a listener replaces it as a whole.
struct RouteTable: Sendable {
    private var routes: [Route] = []
    /// Routes without parameters, by path as it comes.
    private var literals: [String: [Route]] = [:]

    enum Finding {
        case found(Route, [(name: String, value: String)])
        /// The path is served, but not for this method.
        case otherMethods([Route])
        case unknown
    }

    var isEmpty: Bool { routes.isEmpty }
    var all: [Route] { routes }

    /// - Throws: `cannotBuild` where another route serves the same path for the same method, naming both.
    mutating func add(_ route: Route) throws(IntegrationError) {
        for other in routes where other.pattern.shape == route.pattern.shape {
            guard let method = route.methods.first(where: { other.methods.contains($0) }) else { continue }
            throw IntegrationError(
                .cannotBuild, "\(route.owner) and \(other.owner) both serve \(method) \(route.pattern.text)",
                remedy: "Give one of them another `path`, `method` or `listen`.")
        }
        routes.append(route)
        arrange()
    }

    mutating func remove(_ route: Route) {
        routes.removeAll { $0 === route }
        arrange()
    }

    /// The most specific pattern wins; of patterns that are alike each may have methods of its own.
    private mutating func arrange() {
        routes.sort { RoutePattern.isMoreSpecific($0.pattern, than: $1.pattern) }
        literals = Dictionary(grouping: routes.filter { $0.pattern.onlyPath != nil }, by: \.pattern.text)
    }

    func find(_ method: String, _ target: RequestTarget) -> Finding {
        if let route = literals[target.path]?.first(where: { $0.methods.contains(method) }) { return .found(route, []) }
        var others: [Route] = []
        for route in routes {
            guard let values = route.pattern.match(target.segments) else { continue }
            if route.methods.contains(method) { return .found(route, values) }
            others.append(route)
        }
        return others.isEmpty ? .unknown : .otherMethods(others)
    }
}
