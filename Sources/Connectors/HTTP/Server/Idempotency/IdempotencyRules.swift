internal import IntegrationCore

/// How repeats of a request are known (`idempotency_key`).
struct IdempotencyRules: Sendable {
    var key: any MessageText
    /// How long a reply is remembered.
    var window: Duration
    let desk = IdempotencyDesk()
}
