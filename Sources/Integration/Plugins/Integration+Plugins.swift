internal import IntegrationConfiguration
public import IntegrationCore
internal import IntegrationEngine
internal import Logging
internal import Synchronization

extension Integration: PluginManager {
    public func registerPlugin(_ plugin: Plugin) async throws(IntegrationError) {
        let runsHooks = try state.withLock { state throws(IntegrationError) in
            try state.admit(plugin)
            var destinations: [String: any Destination] = [:]
            var services: [String: any Lookup] = [:]
            for service in plugin.services {
                switch service.part {
                case .destination(let destination): destinations[service.name] = destination
                case .lookup(let lookup): services[service.name] = lookup
                }
            }
            try state.checkFree(destinations: destinations.keys, services: services.keys)
            try add(destinations, owner: .plugin(plugin.name), &state)
            try add(services, owner: .plugin(plugin.name), &state)
            let isRunning = state.phase == .running
            // Where the engine is starting, its own round of hooks comes to this one as well.
            state.plugins.append((plugin, isRunning ? .started : .registered))
            return isRunning
        }
        guard runsHooks else { return }
        do {
            try await hooks.run(.preStartup, of: plugin)
            try await hooks.run(.startup, of: plugin)
        } catch {
            state.withLock { remove(plugin, &$0) }
            throw await undone(error, [plugin])
        }
    }

    public func unregisterPlugin(_ name: String) async throws(IntegrationError) {
        let ended: Plugin? = try state.withLock { state throws(IntegrationError) in
            guard let entry = state.plugins.first(where: { $0.plugin.name == name }) else {
                throw IntegrationError(.pluginUnknown, "there is no plugin named `\(name)`")
            }
            try state.checkUnused(entry.plugin)
            remove(entry.plugin, &state)
            return entry.stage == .registered ? nil : entry.plugin
        }
        if let ended { try await hooks.run(.postShutdown, of: ended) }
    }

    public func getPlugin(_ name: String) async throws(IntegrationError) -> Plugin {
        guard let plugin = state.withLock({ $0.plugin(name) }) else {
            throw IntegrationError(.pluginUnknown, "there is no plugin named `\(name)`")
        }
        return plugin
    }

    public func listPlugins() async -> [Plugin] { state.withLock { $0.plugins.map(\.plugin) } }

    private func remove(_ plugin: Plugin, _ state: inout State) {
        state.plugins.removeAll { $0.plugin.name == plugin.name }
        let names = state.forget(.plugin(plugin.name))
        engine.remove(destinations: names.destinations, lookups: names.services)
    }

    // MARK: Hooks around the engine

    /// Runs the hooks of every plugin that has not been started, those that come meanwhile included: first all
    /// `preStartup`, then all `startup`. From then on the engine counts as running.
    ///
    /// - Throws: `hookFailed`; `endPlugins` then undoes what was begun.
    func startPlugins() async throws(IntegrationError) {
        while true {
            if let plugin = next(after: .registered, becomes: .prepared) {
                try await hooks.run(.preStartup, of: plugin)
            } else if let plugin = next(after: .prepared, becomes: .started) {
                try await hooks.run(.startup, of: plugin)
            } else if state.withLock({ $0.beginRunning() }) {
                return
            }
        }
    }

    private func next(after stage: State.Stage, becomes next: State.Stage) -> Plugin? {
        state.withLock { state in
            guard let entry = state.plugins.first(where: { $0.stage == stage }) else { return nil }
            state.set(next, of: entry.plugin.name)
            return entry.plugin
        }
    }

    /// Ends every plugin that was begun, the last one first; returns what failed.
    @discardableResult
    func endPlugins() async -> (ended: [Plugin], failures: [IntegrationError]) {
        let begun = state.withLock { state in
            let begun = state.plugins.filter { $0.stage != .registered }.map(\.plugin)
            for plugin in begun { state.set(.registered, of: plugin.name) }
            state.phase = .idle
            return begun
        }
        return (begun.reversed(), await end(begun.reversed()))
    }

    private func end(_ plugins: [Plugin]) async -> [IntegrationError] {
        var failures: [IntegrationError] = []
        for plugin in plugins {
            do {
                try await hooks.run(.postShutdown, of: plugin)
            } catch {
                failures.append(error)
                logger.error(
                    "a hook failed", metadata: ["plugin": "\(plugin.name)", "error": "\(error.message)"])
            }
        }
        return failures
    }

    /// Ends these plugins, and says so in the error that made it necessary.
    private func undone(_ error: IntegrationError, _ plugins: [Plugin]) async -> IntegrationError {
        tell(error, ended: plugins, failures: await end(plugins))
    }

    /// The error with what was undone because of it.
    func tell(_ error: IntegrationError, ended: [Plugin], failures: [IntegrationError]) -> IntegrationError {
        var error = error
        if !ended.isEmpty {
            let names = ended.map { "`\($0.name)`" }.joined(separator: ", ")
            error.causes.append("undone: the post_shutdown hooks of \(names) were run")
        }
        error.causes += failures.map { "undoing failed: \($0.message)" }
        logger.warning("the start was undone", metadata: ["reason": "\(error.message)"])
        return error
    }
}

extension Integration.State {
    /// - Throws: why a plugin can't be taken in.
    func admit(_ plugin: Plugin) throws(IntegrationError) {
        guard !plugin.name.isEmpty else { throw IntegrationError(.pluginInvalid, "a plugin has no name") }
        if self.plugin(plugin.name) != nil {
            throw IntegrationError(.pluginExists, "there is a plugin named `\(plugin.name)` already")
        }
        guard Version(plugin.version) != nil else {
            throw IntegrationError(
                .pluginInvalid, "`\(plugin.version)` of plugin `\(plugin.name)` is no version such as `1.0.0`")
        }
        for dependency in plugin.manifest.dependencies { try check(dependency, of: plugin.name) }
        let known = catalog
        for type in plugin.types where known[type.kind, type.name] != nil {
            throw IntegrationError(
                .pluginConflict, "plugin `\(plugin.name)` adds a \(type.kind.rawValue) `\(type.name)`, which exists")
        }
        var names: Set<String> = []
        for service in plugin.services where !names.insert(service.name).inserted {
            throw IntegrationError(
                .pluginInvalid, "plugin `\(plugin.name)` offers two services named `\(service.name)`")
        }
    }

    func check(
        _ dependency: PluginManifest.Dependency, of plugin: String
    ) throws(IntegrationError) {
        guard let range = VersionRange(dependency.version) else {
            throw IntegrationError(
                .pluginInvalid,
                "`\(dependency.version)`, in which plugin `\(plugin)` needs `\(dependency.name)`, is no range")
        }
        guard let other = self.plugin(dependency.name) else {
            throw IntegrationError(
                .dependencyMissing, "plugin `\(plugin)` needs `\(dependency.name)` \(dependency.version)")
        }
        guard Version(other.version).map(range.contains) == true else {
            throw IntegrationError(
                .dependencyIncompatible,
                "plugin `\(plugin)` needs `\(dependency.name)` \(dependency.version), and it is \(other.version)")
        }
    }

    /// - Throws: `pluginInUse`, naming the flows and plugins that use it.
    func checkUnused(_ plugin: Plugin) throws(IntegrationError) {
        let names = Set(plugin.services.map(\.name))
        let types = Set(plugin.types.map { TypeName($0) })
        let flows = uses.filter { _, use in
            let made = use.services.reduce(into: use.types) { $0.formUnion(typesOfServices[$1] ?? []) }
            return !types.isDisjoint(with: made) || !names.isDisjoint(with: use.destinations.union(use.services))
        }.keys.sorted()
        let others = plugins.map(\.plugin).filter { other in
            other.manifest.dependencies.contains { $0.name == plugin.name }
        }.map(\.name)
        let users = flows.map { "flow `\($0)`" } + others.map { "plugin `\($0)`" }
        guard users.isEmpty else {
            throw IntegrationError(
                .pluginInUse, "plugin `\(plugin.name)` is used by \(users.joined(separator: ", "))")
        }
        guard phase != .starting else {
            throw IntegrationError(
                .pluginInUse, "the engine is starting plugin `\(plugin.name)`", remedy: "Try again when it runs.")
        }
    }

    /// False where a plugin came meanwhile, whose hooks have not run.
    mutating func beginRunning() -> Bool {
        guard plugins.allSatisfy({ $0.stage == .started }) else { return false }
        phase = .running
        return true
    }
}
