internal import IntegrationCore
internal import IntegrationServices

/// A service, and how its endpoints are.
struct ServiceAnswer: Answer {
    static let title = "Service"
    static let members: [Member<ServiceAnswer>] = [
        .text("name", "The service's name.") { $0.status.name },
        .text("type", "What it is, such as http.") { $0.status.type },
        .text("load_balancing", "How the next endpoint is chosen; null where it has none.") {
            $0.status.balancing?.rawValue
        },
        .text("discovery", "Where endpoints are found; null where the configuration names them.") {
            $0.status.discovery
        },
        .bool("open", "Whether a flow has it open; what it has done is counted since then.") { $0.status.isOpen },
        .integer("up", "Endpoints that get calls.") { answer in answer.status.endpoints.count { $0.state == .up } },
        .integer("calls", "Requests to its endpoints.") { answer in
            answer.status.endpoints.reduce(0) { $0 + $1.calls }
        },
        .integer("failures", "Those of them that failed.") { answer in
            answer.status.endpoints.reduce(0) { $0 + $1.failures }
        },
        .integer("failovers", "Requests that were made again at another endpoint.") { $0.status.failovers },
        .object("cache", "What it keeps of the answers; null where it keeps none.") { answer in
            answer.status.cache.map { CacheAnswer(status: $0) }
        },
        .objects("endpoints", "Its endpoints.") { answer in
            answer.status.endpoints.map {
                EndpointAnswer(status: $0, isRegistered: answer.status.registered.contains($0.endpoint.name))
            }
        },
    ]
    let status: ServiceStatus
}

struct ServiceListAnswer: Answer {
    static let title = "ServiceList"
    static let members: [Member<ServiceListAnswer>] = [.objects("items", "The services, by name.") { $0.items }]
    let items: [ServiceAnswer]
}

/// One endpoint of a service.
struct EndpointAnswer: Answer {
    static let title = "Endpoint"
    static let members: [Member<EndpointAnswer>] = [
        .text("name", "What it is called.") { $0.status.endpoint.name },
        .text("url", "Where it is.") { $0.status.endpoint.address },
        .integer("weight", "Its share of the requests.") { $0.status.endpoint.weight },
        .text("state", EndpointStatus.State.allCases.map(\.rawValue).joined(separator: ", ") + ".") {
            $0.status.state.rawValue
        },
        .bool("registered", "Whether it was registered at run time.") { $0.isRegistered },
        .integer("in_hand", "Requests under way.") { $0.status.inHand },
        .integer("calls", "Requests since it was opened.") { $0.status.calls },
        .integer("failures", "Those of them that failed.") { $0.status.failures },
        .number("ejected_seconds", "How long it still gets no calls; null where it is not ejected.") {
            $0.status.ejectedFor?.seconds
        },
        .object("error", "What went wrong last; null where nothing did.") { answer in
            answer.status.lastError.map { ErrorAnswer.Detail(error: $0) }
        },
    ]
    let status: EndpointStatus
    let isRegistered: Bool
}

/// What a service keeps of its answers.
struct CacheAnswer: Answer {
    static let title = "ServiceCache"
    static let members: [Member<CacheAnswer>] = [
        .integer("entries", "Answers that are kept.") { $0.status.entries },
        .integer("bytes", "Memory that they take, about.") { $0.status.bytes },
        .integer("hits", "Keys that were answered without a request of their own.") { $0.status.hits },
        .integer("misses", "Keys that were asked for.") { $0.status.misses },
        .integer("stale", "Answers that held no more, given because the service failed.") { $0.status.stale },
    ]
    let status: CacheStatus
}

/// What became of an endpoint.
struct EndpointChangeAnswer: Answer {
    static let title = "EndpointChange"
    static let members: [Member<EndpointChangeAnswer>] = [
        .text("service", "The service.") { $0.service },
        .text("endpoint", "The endpoint's name.") { $0.endpoint },
        .text("state", "registered or deregistered.") { $0.state },
        .bool("kept", "Whether the next run has it so too.") { $0.isKept },
        .text("remark", "More about it; null where there is nothing to add.") { $0.remark },
    ]
    let service: String
    let endpoint: String
    let state: String
    let isKept: Bool
    let remark: String?
}
