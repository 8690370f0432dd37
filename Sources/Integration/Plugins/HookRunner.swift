internal import IntegrationCore
internal import Logging

/// Runs hooks one after another, each within its time.
struct HookRunner: Sendable {
    let logger: Logger
    let clock: any TimeSource

    private enum End: Sendable {
        case done
        case failed(any Error)
        case late
        /// The engine's own task was cancelled: the hook ends in its own way.
        case cancelled
    }

    /// Runs the hooks that a plugin has for a moment, in their order.
    ///
    /// - Throws: `hookFailed` at the first that fails or takes too long.
    func run(_ moment: Hook.Moment, of plugin: Plugin) async throws(IntegrationError) {
        var logger = logger
        logger[metadataKey: "plugin"] = "\(plugin.name)"
        let context = HookContext(plugin: plugin.name, logger: logger, clock: clock)
        let subject = "the \(moment.rawValue) hook of plugin `\(plugin.name)`"
        for hook in plugin.hooks where hook.moment == moment {
            switch await end(of: hook, context) {
            case .done, .cancelled: continue
            case .late: throw IntegrationError(.hookFailed, "\(subject) took more than \(hook.timeout)")
            case .failed(let error as IntegrationError):
                throw IntegrationError(.hookFailed, "\(subject) failed", causes: [error.message] + error.causes)
            case .failed(let error): throw IntegrationError(.hookFailed, "\(subject) failed", causes: ["\(error)"])
            }
        }
    }

    private func end(of hook: Hook, _ context: HookContext) async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask {
                do {
                    try await hook.handler(context)
                    return .done
                } catch {
                    return .failed(error)
                }
            }
            group.addTask {
                do {
                    try await clock.sleep(for: hook.timeout)
                    return .late
                } catch {
                    return .cancelled
                }
            }
            defer { group.cancelAll() }
            while let end = await group.next() {
                if case .cancelled = end { continue }
                return end
            }
            return .cancelled
        }
    }
}
