internal import IntegrationCore
internal import IntegrationServices

extension Lowering {
    /// A service as flows ask it: cached, over its endpoints, each of which is guarded by itself.
    func service(
        _ service: Named<EndpointDeclaration>
    ) throws(IntegrationError) -> (lookup: any Lookup, declaration: ServiceDeclaration) {
        let fields = service.value.fields
        let names = Set(service.value.type.table.fields.map(\.name))
        var found = try lookup(service)
        var balanced: BalancedLookup?
        if names.contains(ServiceFields.endpoints.name), let addressed = found as? any AddressedLookup {
            let made = try located(service.span) { () throws(IntegrationError) in
                try self.balanced(service.name, addressed, fields)
            }
            balanced = made
            found = made
        }
        if names.contains(ServiceFields.cache.name), let cache = fields[ServiceFields.cache] {
            found = CachedLookup(found, CacheSettings(cache), of: service.name, registry: registry)
        }
        return (
            found, ServiceDeclaration(name: service.name, type: service.value.type.name, balanced: balanced)
        )
    }

    private func balanced(
        _ name: String, _ addressed: any AddressedLookup, _ fields: DecodedFields
    ) throws(IntegrationError) -> BalancedLookup {
        var endpoints = fields[ServiceFields.endpoints].map { ServiceEndpoint(address: $0.url, weight: $0.weight) }
        if let twice = Dictionary(grouping: endpoints, by: \.name).first(where: { $0.value.count > 1 }) {
            throw IntegrationError(
                .cannotBuild, "service `\(name)` names the endpoint `\(twice.key)` more than once",
                remedy: "Give it a `weight` instead.")
        }
        for endpoint in endpoints { _ = try addressed.at(endpoint.address) }
        let discovery = ServiceFields.discovery(of: fields).map { $0.lowered }
        // The address of the connector is the one endpoint of a service that names none.
        let own = ServiceEndpoint(name: "base", address: "base")
        if endpoints.isEmpty, discovery == nil { endpoints = [own] }
        return BalancedLookup(
            name, endpoints: endpoints, discovery: discovery, settings: ServiceSettings(fields), registry: registry
        ) { endpoint throws(IntegrationError) in
            endpoint == own ? addressed : try addressed.at(endpoint.address)
        }
    }
}

extension ServiceSettings {
    init(_ fields: DecodedFields) {
        self.init(
            balancing: LoadBalancing(fields[ServiceFields.loadBalancing]),
            checks: fields[ServiceFields.healthCheck].map { HealthChecks($0) },
            ejection: OutlierEjection(fields[ServiceFields.outlierEjection]),
            budget: RetryBudget(
                ratio: fields[ServiceFields.retryBudget].ratio, reserve: fields[ServiceFields.retryBudget].reserve),
            deadline: fields[ServiceFields.deadline])
    }
}

extension LoadBalancing {
    init(_ balancing: ServiceFields.LoadBalancing) {
        switch balancing {
        case .roundRobin: self = .roundRobin
        case .weighted: self = .weighted
        case .leastRequest: self = .leastRequest
        case .consistentHash: self = .consistentHash
        }
    }
}

extension HealthChecks {
    init(_ check: ServiceFields.HealthCheck) {
        self.init(
            path: check.path, interval: check.interval, timeout: check.timeout, unhealthyAfter: check.unhealthyAfter,
            healthyAfter: check.healthyAfter)
    }
}

extension OutlierEjection {
    init(_ ejection: ServiceFields.OutlierEjection) {
        self.init(
            consecutiveFailures: ejection.consecutiveFailures, failureRatio: ejection.failureRatio,
            minimumRequests: ejection.minimumRequests, window: ejection.window, initial: ejection.initial,
            maximum: ejection.maximum, maximumShare: ejection.maximumShare)
    }
}

extension CacheSettings {
    init(_ cache: CacheConfiguration) {
        self.init(
            ttl: cache.ttl, missTTL: cache.missTTL, staleIfError: cache.staleIfError, maximumEntries: cache.maxEntries,
            maximumBytes: cache.maxBytes.bytes)
    }
}

extension ServiceFields.Discovery {
    /// What looks there.
    var lowered: any EndpointDiscovery {
        switch self {
        case .file(let path, let interval): FileDiscovery(path: path.resolved, interval: interval)
        case .dns(let name, let port, let scheme, let path, let interval):
            DNSDiscovery(name: name, port: port, scheme: scheme, path: path, interval: interval)
        }
    }
}
