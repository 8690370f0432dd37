public import IntegrationCore

/// Services and types for flows, and hooks around the life of the engine.
///
/// ```swift
/// let plugin = Plugin("audit", version: "1.0.0")
///     .withService("audit-log", FileDestination(path: "audit.ndjson"))
///     .withHook(.startup) { context in context.logger.info("auditing") }
/// try await integration.registerPlugin(plugin)
/// ```
public struct Plugin: Sendable {
    public var name: String
    /// As by SemVer 2.
    public var version: String
    public var manifest: PluginManifest
    /// What flows can name.
    public var services: [PluginService]
    public var hooks: [Hook]
    /// Adds types to the catalog that configurations are read with. Neither it nor what it registers may call the
    /// `Integration` that it is registered with.
    public var contribute: @Sendable (inout Catalog) -> Void

    public init(
        _ name: String, version: String = "1.0.0", manifest: PluginManifest = PluginManifest(),
        services: [PluginService] = [], hooks: [Hook] = [],
        contribute: @escaping @Sendable (inout Catalog) -> Void = { _ in }
    ) {
        self.name = name
        self.version = version
        self.manifest = manifest
        self.services = services
        self.hooks = hooks
        self.contribute = contribute
    }

    /// The same plugin with another manifest.
    public func withManifest(_ manifest: PluginManifest) -> Plugin { changed { $0.manifest = manifest } }

    /// The same plugin with one more service.
    public func withService(_ service: PluginService) -> Plugin { changed { $0.services.append(service) } }

    /// The same plugin with one more destination that flows can name.
    public func withService(_ name: String, _ destination: any Destination) -> Plugin {
        withService(PluginService(name, destination))
    }

    /// The same plugin with one more service that enrich steps can name.
    public func withService(_ name: String, _ lookup: any Lookup) -> Plugin {
        withService(PluginService(name, lookup))
    }

    /// The same plugin with more types for configurations: sources, destinations, steps, services, formats.
    public func withTypes(_ register: @escaping @Sendable (inout Catalog) -> Void) -> Plugin {
        let earlier = contribute
        return changed {
            $0.contribute = { catalog in
                earlier(&catalog)
                register(&catalog)
            }
        }
    }

    /// The same plugin with one more hook.
    public func withHook(_ hook: Hook) -> Plugin { changed { $0.hooks.append(hook) } }

    /// The same plugin with one more hook.
    public func withHook(
        _ moment: Hook.Moment, timeout: Duration = .seconds(30),
        handler: @escaping @Sendable (HookContext) async throws -> Void
    ) -> Plugin {
        withHook(Hook(moment, timeout: timeout, handler: handler))
    }

    private func changed(_ change: (inout Plugin) -> Void) -> Plugin {
        var copy = self
        change(&copy)
        return copy
    }

    /// The types that it adds to a catalog.
    var types: [TypeDescription] {
        var catalog = Catalog()
        contribute(&catalog)
        return catalog.all
    }
}
