public import IntegrationCore

/// Registers plugins, before the engine runs and while it runs.
public protocol PluginManager: Sendable {
    /// Adds what the plugin offers. While the engine runs its hooks run now, otherwise when it starts.
    ///
    /// - Throws: when the name is taken, the version is not one, something it needs is missing, it offers what exists
    ///   already, or a hook fails. Nothing has changed then.
    func registerPlugin(_ plugin: Plugin) async throws(IntegrationError)
    /// Takes a plugin out; its `postShutdown` hooks run now where its other hooks have run.
    ///
    /// - Throws: when there is none of that name, or a flow or another plugin uses it; the error names them.
    func unregisterPlugin(_ name: String) async throws(IntegrationError)
    /// - Throws: when there is none of that name.
    func getPlugin(_ name: String) async throws(IntegrationError) -> Plugin
    /// The plugins in the order they were registered.
    func listPlugins() async -> [Plugin]
}
