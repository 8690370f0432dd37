internal import IntegrationCore
internal import IntegrationEngine

/// The engine as a whole.
enum EngineRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/status", for: .viewer, "Who answers, and how it is.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            EngineAnswer(
                about: services.about, uptime: services.clock.now - services.about.started,
                flows: services.engine?.snapshots.count ?? 0)
        },
        Route(.post, "/v1/reload", for: .admin, "Reads the configuration again and runs it, or changes nothing.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            ReloadAnswer(report: try await services.administration().reload())
        },
    ]
}
