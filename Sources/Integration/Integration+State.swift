internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServices

extension Integration {
    /// Whose a name is, and what it stands for.
    struct Owned<Part: Sendable>: Sendable {
        let part: Part
        let owner: State.Owner

        init(_ part: Part, _ owner: State.Owner) {
            self.part = part
            self.owner = owner
        }
    }

    /// What the program has been given so far.
    struct State: Sendable {
        enum Owner: Sendable, Hashable {
            case program, mesh
            case configuration(Int)
            case plugin(String)
            case flow(String)
        }

        enum Phase: Sendable {
            case idle
            /// Hooks run, flows do not yet.
            case starting
            case running
        }

        /// How far a plugin's hooks have come.
        enum Stage: Sendable {
            case registered, prepared, started
        }

        var phase = Phase.idle
        var plugins: [(plugin: Plugin, stage: Stage)] = []
        /// What flows can name, flows' own included.
        var destinations: [String: Owned<any Destination>] = [:]
        var services: [String: Owned<any Lookup>] = [:]
        /// By flow.
        var uses: [String: FlowUse] = [:]
        /// The types of the services that configurations made.
        var typesOfServices: [String: Set<TypeName>] = [:]
        /// The flows that each configuration made and that are still there, by the configuration's number.
        private var configurations: [Int: Set<String>] = [:]
        private var configurationCount = 0
        var transformers = Transformers()
        var hasServiceDiscovery = false
        var loadBalancing = LoadBalancing.roundRobin
        var metrics: Set<Metric> = []

        // MARK: Names

        /// - Throws: `nameTaken` for the first that is not free.
        func checkFree(
            destinations names: some Sequence<String> = EmptyCollection(),
            services: some Sequence<String> = EmptyCollection()
        ) throws(IntegrationError) {
            if let name = names.sorted().first(where: { destinations[$0] != nil }) {
                throw IntegrationError(.nameTaken, "there is a destination named `\(name)` already")
            }
            if let name = services.sorted().first(where: { self.services[$0] != nil }) {
                throw IntegrationError(.nameTaken, "there is a service named `\(name)` already")
            }
        }

        /// Takes out an owner's names, and returns them.
        @discardableResult
        mutating func forget(_ owner: Owner) -> (destinations: [String], services: [String]) {
            let names = (
                destinations.filter { $0.value.owner == owner }.map(\.key),
                services.filter { $0.value.owner == owner }.map(\.key)
            )
            for name in names.0 { destinations[name] = nil }
            for name in names.1 { services[name] = nil }
            return names
        }

        /// Returns the configuration's number.
        mutating func addConfiguration(of flows: [String]) -> Int {
            configurationCount += 1
            configurations[configurationCount] = Set(flows)
            return configurationCount
        }

        /// Forgets a flow, and what nobody names any more of the configurations whose flows are all gone.
        ///
        /// - Returns: the names that the engine has to forget as well; the flow's own it has forgotten already.
        mutating func forget(flow name: String) -> (destinations: [String], services: [String]) {
            uses[name] = nil
            forget(.flow(name))
            for number in configurations.keys { configurations[number]?.remove(name) }
            let gone = Set(configurations.filter { $0.value.isEmpty }.map { Owner.configuration($0.key) })
            let used = uses.values.reduce(into: (Set<String>(), Set<String>())) { names, use in
                names.0.formUnion(use.destinations)
                names.1.formUnion(use.services)
            }
            let names = (
                destinations.filter { gone.contains($0.value.owner) && !used.0.contains($0.key) }.map(\.key),
                services.filter { gone.contains($0.value.owner) && !used.1.contains($0.key) }.map(\.key)
            )
            for name in names.0 { destinations[name] = nil }
            for name in names.1 {
                services[name] = nil
                typesOfServices[name] = nil
            }
            return names
        }

        // MARK: Plugins

        func plugin(_ name: String) -> Plugin? { plugins.first { $0.plugin.name == name }?.plugin }

        mutating func set(_ stage: Stage, of name: String) {
            guard let index = plugins.firstIndex(where: { $0.plugin.name == name }) else { return }
            plugins[index].stage = stage
        }

        /// Everything that configurations can name, with what plugins and the program add.
        var catalog: Catalog {
            var catalog = Catalog.standard
            for (plugin, _) in plugins { plugin.contribute(&catalog) }
            for (name, codec) in transformers.codecs {
                let table = FieldTable(name, summary: "A format of this program.", fields: [])
                catalog.register(codec: name, table) { _ in codec }
            }
            return catalog
        }

        /// - Throws: where a plugin that a configuration declares is not there, or not in that version.
        func check(_ declared: Named<PluginDeclaration>) throws(IntegrationError) {
            guard let plugin = plugin(declared.name) else {
                throw IntegrationError(
                    .pluginUnknown, "the configuration declares plugin `\(declared.name)`, which is not registered",
                    component: declared.span.location.description)
            }
            for needed in declared.value.dependencies {
                try check(PluginManifest.Dependency(needed.name, needed.version), of: declared.name)
            }
            guard let wanted = declared.value.version else { return }
            guard let range = VersionRange(wanted) else {
                throw IntegrationError(
                    .pluginInvalid, "`\(wanted)` is no version and no range of versions",
                    component: declared.span.location.description)
            }
            guard Version(plugin.version).map(range.contains) == true else {
                throw IntegrationError(
                    .dependencyIncompatible,
                    "the configuration wants plugin `\(declared.name)` in version \(wanted), and it is \(plugin.version)",
                    component: declared.span.location.description)
            }
        }
    }
}
