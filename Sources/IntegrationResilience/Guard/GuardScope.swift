internal import IntegrationCore

/// What an open endpoint makes its requests with: the clock and the log, and a place where calls can end behind their
/// callers.
struct GuardScope: Sendable {
    let calls: CallScope
    let context: FlowContext

    static func with<R: Sendable>(
        _ guarding: EndpointGuard, _ context: FlowContext, _ body: (GuardScope) async throws -> R
    ) async throws -> R {
        try await CallScope.with(clock: context.clock, timeout: guarding.options.timeout) { calls in
            try await body(GuardScope(calls: calls, context: context))
        }
    }

    var clock: any TimeSource { context.clock }
}
