/// How calls are spread over the endpoints of a service.
public enum LoadBalancing: Sendable, Hashable, CaseIterable {
    /// Each endpoint in its turn.
    case roundRobin

    /// What decides whose turn it is.
    var turn: RoundRobin {
        switch self {
        case .roundRobin: RoundRobin()
        }
    }
}
