public import IntegrationCore
internal import Logging
internal import NIOCore

/// Serves HTTP: each request is a message, answered when that is safe. Class B: until it is answered, its sender repeats.
public struct HTTPServerSource: Source {
    let settings: ListenerSettings
    let pattern: RoutePattern
    let methods: [String]
    let rules: RequestRules
    let reply: ReplyTemplate
    let keys: IdempotencyRules?
    /// Whether requests carry CloudEvents, whose data are the messages.
    var readsEvents = false
    public let acknowledgement: SourceAcknowledgement
    /// Most messages in a delivery; what is there is delivered at once.
    let batchSize: Int
    /// Most requests that wait for a lane.
    let waitingLimit: Int
    public let concurrency: Int?
    /// The place in the configuration.
    let owner: String

    public var guarantee: DeliveryGuarantee { .untilReplied }
    public var isFinite: Bool { false }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let (shared, settings) = (context.shared, settings)
        return try await shared.use("listener \(settings.address)") {
            try await HTTPListener.open(settings, clock: context.clock, logger: context.logger)
        } _: { listener in
            try await serve(on: listener, in: context, body)
        }
    }

    private func serve<R: Sendable>(
        on listener: HTTPListener, in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let route = Route(
            pattern, methods: methods, owner: "\(owner) of flow \(context.flow)", rules: rules,
            inbox: Inbox(limit: waitingLimit))
        try listener.attach(route, settings)
        do {
            try await listener.resume()
        } catch {
            listener.detach(route, handsOver: false)
            throw error
        }
        context.logger.info(
            "listening",
            metadata: [
                "address": "\(listener.address.map(String.init(describing:)) ?? settings.address)",
                "path": "\(pattern.text)", "methods": "\(methods.joined(separator: ","))",
            ])
        let receiver = HTTPServerReceiver(self, route: route, context: context)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await context.shutdown.wait()
                if context.shutdown.isSignalled { listener.retire(route, handsOver: context.shared.isHeld) }
            }
            defer {
                group.cancelAll()
                listener.detach(route, handsOver: context.shared.isHeld)
            }
            return try await body(receiver)
        }
    }
}
