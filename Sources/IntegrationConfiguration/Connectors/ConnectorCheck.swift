internal import IntegrationCore

/// What one endpoint finds out about the other side of the connector that it goes through.
struct ConnectorCheck: Sendable {
    let connector: String
    /// Whose endpoint it is, such as `flow orders, destination`.
    let subject: String
    let run: @Sendable (FlowContext) async throws(IntegrationError) -> String

    init(
        connector: String, subject: String,
        _ run: @escaping @Sendable (FlowContext) async throws(IntegrationError) -> String
    ) {
        self.connector = connector
        self.subject = subject
        self.run = run
    }
}

extension Lowering {
    /// What the users of a connector find out; who can't be made says why.
    ///
    /// - Parameter users: `flow`, `service` or `destination`, and the name of each.
    func checks(of connector: String, _ users: [(word: String, name: String)]) -> [ConnectorCheck] {
        var broken: [ConnectorCheck] = []
        for user in users {
            do throws(IntegrationError) {
                try make(user)
            } catch {
                broken.append(
                    ConnectorCheck(connector: connector, subject: "\(user.word) \(user.name)") {
                        _ throws(IntegrationError) in throw error
                    })
            }
        }
        return broken + checks.filter { $0.connector == connector }
    }

    private func make(_ user: (word: String, name: String)) throws(IntegrationError) {
        switch user.word {
        case "flow":
            if let flow = document.flows.first(where: { $0.name == user.name }) { _ = try self.flow(flow) }
        case "service":
            if let service = document.services.first(where: { $0.name == user.name }) { _ = try lookup(service) }
        default: _ = try name(of: .named(NameReference(user.name, kinds: [.destination])))
        }
    }
}
