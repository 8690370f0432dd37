public import IntegrationCore

extension ServiceRegistry {
    /// What each service is and how its endpoints are, by name.
    public var statuses: [ServiceStatus] {
        all.compactMap { name, members in Self.status(name, members.current) }
    }

    /// What a service is and how its endpoints are.
    ///
    /// - Throws: `serviceUnknown`.
    public func status(of service: String) throws(IntegrationError) -> ServiceStatus {
        let (members, _) = try declared(service)
        if let status = Self.status(service, members.current) { return status }
        throw IntegrationError(.serviceUnknown, "there is no service named `\(service)`")
    }

    private static func status(_ name: String, _ state: ServiceMembers.State) -> ServiceStatus? {
        guard let declaration = state.declaration else { return nil }
        let open = state.pool?.snapshot
        var endpoints = open?.endpoints ?? []
        let others = state.registered.map(\.endpoint) + state.found
        var seen = Set(endpoints.map(\.endpoint.name))
        for endpoint in others where seen.insert(endpoint.name).inserted {
            endpoints.append(EndpointStatus(endpoint, state.left.contains(endpoint.name) ? .out : .idle))
        }
        return ServiceStatus(
            name: name, type: declaration.type, balancing: declaration.balanced?.settings.balancing,
            discovery: declaration.balanced?.discovery?.summary, endpoints: endpoints,
            registered: Set(state.registered.map(\.endpoint.name)), failovers: open?.failovers ?? 0,
            cache: state.answers?.status, isOpen: open != nil || state.answers != nil)
    }
}
