internal import IntegrationCore
internal import IntegrationServices

/// Services and their endpoints: how they are, registering and deregistering endpoints.
enum ServiceRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/services", for: .viewer, "Every service that flows ask, and how its endpoints are.") {
            (_: NoConfiguration, _, services) throws(IntegrationError) in
            ServiceListAnswer(items: try services.services().statuses.map { ServiceAnswer(status: $0) })
        },
        Route(.get, "/v1/services/{name}", for: .viewer, "One service, and how its endpoints are.") {
            (request: NamedRequest, _, services) throws(IntegrationError) in
            ServiceAnswer(status: try services.services().status(of: request.name))
        },
        Route(
            .post, "/v1/services/{name}/endpoints", for: .operator, content: .fields,
            "Adds an endpoint to a service, or brings back one that was deregistered."
        ) {
            (request: RegisterRequest, _, services) throws(IntegrationError) in
            let registry = try services.services()
            let before = registry.registrations(of: request.name)
            let wasLeft = try registry.register(request.name, request.endpoint)
            let isKept = try keep(before, request.persist, registry, services)
            return EndpointChangeAnswer(
                service: request.name, endpoint: request.endpoint.name, state: "registered", isKept: isKept,
                remark: wasLeft ? "it is one of the configuration, which had been deregistered" : nil)
        },
        Route(
            .delete, "/v1/services/{name}/endpoints/{endpoint}", for: .operator,
            "Takes an endpoint out: requests in hand are finished first."
        ) {
            (request: DeregisterRequest, _, services) throws(IntegrationError) in
            let registry = try services.services()
            let before = registry.registrations(of: request.name)
            let isFound = try registry.deregister(request.name, endpoint: request.endpoint)
            let isKept = try keep(before, request.persist, registry, services)
            return EndpointChangeAnswer(
                service: request.name, endpoint: request.endpoint, state: "deregistered", isKept: isKept,
                remark: isFound ? "the configuration names it: it stays out until it is registered again" : nil)
        },
    ]

    /// - Returns: whether it is kept.
    /// - Throws: where it could not be kept; what was before is put back.
    private static func keep(
        _ before: ServiceRegistry.Registrations, _ persist: Bool, _ registry: ServiceRegistry, _ services: AdminServices
    ) throws(IntegrationError) -> Bool {
        guard persist, let keeper = services.registrations else { return false }
        do throws(IntegrationError) {
            try keeper.keep(registry.registrations(of: before.service))
        } catch {
            registry.restore(before)
            throw error
        }
        return true
    }
}

private let persistField = Field<Bool>.defaulted(
    "persist", .bool, true, "Whether the next run has it so too, where there is `storage:`.")

private struct RegisterRequest: Configurable {
    static let url = Field<String>.required("url", .string, "Where the endpoint is.")
    static let called = Field<String?>.optional("as", .string, "What it is called; its address without it.")
    static let weight = Field<Int>.defaulted("weight", .int(1...1000), 1, "Its share of the requests.")
    static let table = FieldTable(
        "endpoint", summary: "An endpoint to register.", fields: [NamedRequest.name, url, called, weight, persistField])

    let name: String
    let endpoint: ServiceEndpoint
    let persist: Bool
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        endpoint = ServiceEndpoint(
            name: fields[Self.called], address: fields[Self.url], weight: fields[Self.weight])
        persist = fields[persistField]
    }
}

private struct DeregisterRequest: Configurable {
    static let endpoint = Field<String>.required("endpoint", .string, "What the endpoint is called.")
    static let table = FieldTable(
        "endpoint", summary: "An endpoint to deregister.", fields: [NamedRequest.name, endpoint, persistField])

    let name: String
    let endpoint: String
    let persist: Bool
    init(_ fields: DecodedFields) {
        name = fields[NamedRequest.name]
        endpoint = fields[Self.endpoint]
        persist = fields[persistField]
    }
}
