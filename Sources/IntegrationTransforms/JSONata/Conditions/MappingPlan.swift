internal import IntegrationDocument

/// Placeholder of nothing.
struct MappingPlan: Sendable {
    init?(_ root: Node, literals: Literals?) { return nil }
    func write(_ view: View, into builder: inout Builder) -> Bool? { nil }
}
