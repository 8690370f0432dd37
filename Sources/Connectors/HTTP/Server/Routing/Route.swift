/// What one source serves.
final class Route: Sendable {
    let pattern: RoutePattern
    let methods: [String]
    /// Who serves it, for messages: the place in the configuration.
    let owner: String
    let rules: RequestRules
    let inbox: Inbox

    init(_ pattern: RoutePattern, methods: [String], owner: String, rules: RequestRules, inbox: Inbox) {
        self.pattern = pattern
        self.methods = methods
        self.owner = owner
        self.rules = rules
        self.inbox = inbox
    }

    /// Whether another route serves what this one did.
    func isSucceeded(by other: Route) -> Bool {
        pattern.shape == other.pattern.shape && methods.contains { other.methods.contains($0) }
    }
}
