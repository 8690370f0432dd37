internal import IntegrationCore
internal import Synchronization

/// What the sources of a configuration serve on one address, to find what clashes before anything is opened.
final class ListenerPlan: Sendable {
    private let settings: ListenerSettings
    private let table = Mutex(RouteTable())

    init(_ settings: ListenerSettings) { self.settings = settings }

    /// - Throws: `cannotBuild` where another source serves the same, or asks for other settings of the address.
    func add(_ route: Route, _ settings: ListenerSettings) throws(IntegrationError) {
        if settings != self.settings, let other = table.withLock({ $0.all.first }) {
            throw ListenerSettings.conflict(route, other, settings.address)
        }
        try table.withLock { table throws(IntegrationError) in try table.add(route) }
    }
}

extension ListenerSettings {
    static func conflict(_ route: Route, _ other: Route, _ address: String) -> IntegrationError {
        IntegrationError(
            .cannotBuild, "\(route.owner) and \(other.owner) ask for different settings of \(address)",
            remedy: "Write the same `tls`, `max_connections`, `max_headers` and timeouts in both.")
    }
}
