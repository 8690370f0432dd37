public import IntegrationCore

/// Registers plugins.
public protocol PluginManager: Sendable {
    /// Adds what the plugin offers; its `preStartup` hooks run before anything is opened.
    ///
    /// - Throws: when the name is taken.
    func registerPlugin(_ plugin: Plugin) async throws(IntegrationError)
    /// Takes a plugin out.
    ///
    /// - Throws: when there is none of that name, or the engine runs and may be using it.
    func unregisterPlugin(_ name: String) async throws(IntegrationError)
    func getPlugin(_ name: String) async throws(IntegrationError) -> Plugin
    /// The plugins in the order they were registered.
    func listPlugins() async -> [Plugin]
}

/// Types for the catalog, and hooks around the life of the engine.
public struct Plugin: Sendable {
    public var name: String
    /// As by SemVer 2.
    public var version: String
    public var manifest: PluginManifest
    /// Adds sources, destinations, steps, services and formats to the catalog that configurations are read with.
    public var contribute: @Sendable (inout Catalog) -> Void
    public var hooks: [Hook]

    public init(
        _ name: String, version: String = "1.0.0", manifest: PluginManifest = PluginManifest(),
        hooks: [Hook] = [], contribute: @escaping @Sendable (inout Catalog) -> Void = { _ in }
    ) {
        self.name = name
        self.version = version
        self.manifest = manifest
        self.hooks = hooks
        self.contribute = contribute
    }

    /// The same plugin with one more hook.
    public func withHook(_ hook: Hook) -> Plugin {
        var copy = self
        copy.hooks.append(hook)
        return copy
    }

    /// The same plugin with one more type for the catalog.
    public func withService(_ register: @escaping @Sendable (inout Catalog) -> Void) -> Plugin {
        var copy = self
        let earlier = contribute
        copy.contribute = { catalog in
            earlier(&catalog)
            register(&catalog)
        }
        return copy
    }
}

/// What a plugin says of itself.
public struct PluginManifest: Sendable, Hashable {
    public var description: String
    public var author: String
    public var license: String

    public init(description: String = "", author: String = "", license: String = "") {
        self.description = description
        self.author = author
        self.license = license
    }
}

/// Work that a plugin does at a moment of the engine's life.
public struct Hook: Sendable {
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        /// Before anything is opened. When one fails, the engine does not start.
        case preStartup = "pre_startup"
        /// Right before the flows start.
        case startup
        /// After everything is closed; in reverse order of registration.
        case postShutdown = "post_shutdown"
    }

    public var moment: Moment
    /// How long it may take.
    public var timeout: Duration
    public var handler: @Sendable () async throws -> Void

    public init(
        _ moment: Moment, timeout: Duration = .seconds(30), handler: @escaping @Sendable () async throws -> Void
    ) {
        self.moment = moment
        self.timeout = timeout
        self.handler = handler
    }
}
