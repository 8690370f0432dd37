internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationResilience

/// Connectors: which there are, how they stand, and whether their other side can be reached.
enum ConnectorRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/connectors", for: .viewer, "Every connector of the configuration.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            ConnectorListAnswer(
                items: try services.connectorAdministration().connectors.map { answer($0, services) })
        },
        Route(.get, "/v1/connectors/{name}", for: .viewer, "One connector, and how its guard stands.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            answer(try known(request.name, services), services)
        },
        Route(
            .post, "/v1/connectors/{name}/test", for: .operator,
            "Finds out, step by step, whether the other side can be reached; changes nothing there."
        ) {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            let connector = try known(request.name, services)
            return ProbeAnswer(
                name: connector.name,
                steps: try await services.connectorAdministration().probe(connector.name))
        },
    ]

    private static func answer(_ connector: ConnectorInformation, _ services: AdminServices) -> ConnectorAnswer {
        let statuses = services.engine?.connectorStatuses ?? []
        return ConnectorAnswer(connector: connector, status: statuses.first { $0.name == connector.name })
    }

    private static func known(
        _ name: String, _ services: AdminServices
    ) throws(IntegrationError) -> ConnectorInformation {
        let connectors = try services.connectorAdministration().connectors
        if let found = connectors.first(where: { $0.name == name }) { return found }
        let list = "`integration connector list` shows those that are there."
        throw IntegrationError(
            .connectorUnknown, "there is no connector named `\(name)`",
            remedy: Suggestion.nearest(to: name, among: connectors.map(\.name)).map { "Did you mean `\($0)`? \(list)" }
                ?? list)
    }
}
