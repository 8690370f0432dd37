internal import IntegrationCore

/// What an open endpoint makes its requests with: the clock and the log, and a place where calls can end behind their
/// callers.
struct GuardScope: Sendable {
    let calls: CallScope
    let context: FlowContext

    static func with<R: Sendable>(
        _ guarding: EndpointGuard, _ context: FlowContext, _ body: (GuardScope) async throws -> R
    ) async throws -> R {
        // A connector that keeps time itself knows what it waited for, and has a moment to say so.
        let timeout = guarding.options.timeout.map { $0 + min($0 / 10, .milliseconds(100)) }
        return try await CallScope.with(clock: context.clock, timeout: timeout) { calls in
            try await body(GuardScope(calls: calls, context: context))
        }
    }

    var clock: any TimeSource { context.clock }
}
