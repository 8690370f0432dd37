public import IntegrationCore
public import Logging

/// What a hook is given.
public struct HookContext: Sendable {
    /// The plugin's name.
    public let plugin: String
    public let logger: Logger
    public let clock: any TimeSource
}
