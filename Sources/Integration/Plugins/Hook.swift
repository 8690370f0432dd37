/// Work that a plugin does at a moment of the engine's life.
public struct Hook: Sendable {
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        /// Before anything is opened. When one fails, the engine does not start.
        case preStartup = "pre_startup"
        /// Right before the flows start.
        case startup
        /// After everything is closed; the last plugin first.
        case postShutdown = "post_shutdown"
    }

    public var moment: Moment
    /// How long it may take; then it is cancelled and has failed.
    public var timeout: Duration
    public var handler: @Sendable (HookContext) async throws -> Void

    /// - Parameter handler: must end when its task is cancelled: the engine waits for it.
    public init(
        _ moment: Moment, timeout: Duration = .seconds(30),
        handler: @escaping @Sendable (HookContext) async throws -> Void
    ) {
        self.moment = moment
        self.timeout = timeout
        self.handler = handler
    }
}
