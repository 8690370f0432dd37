/// How calls are spread over the endpoints of a service.
public enum LoadBalancing: String, Sendable, Hashable, CaseIterable {
    /// Each endpoint in its turn.
    case roundRobin = "round_robin"
    /// Each endpoint in its turn, as often as its weight says, evenly mixed (nginx's smooth weighted round robin).
    case weighted
    /// The less busy one of two that are drawn at random (Mitzenmacher: "The Power of Two Choices", 2001).
    case leastRequest = "least_request"
    /// The endpoint to which the key belongs; when one comes or goes, only its own keys move (rendezvous hashing: Thaler
    /// and Ravishankar, 1998; weights as in Schindelhauer and Schomaker, 2005).
    case consistentHash = "consistent_hash"
}
