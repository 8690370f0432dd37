internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer

/// Which engine a command speaks with.
struct EngineOptions: ParsableArguments {
    @Option(help: "The engine's socket; else $INTEGRATION_SOCKET, else where the configuration puts it.")
    var socket: String?

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration that the engine runs; integration.yaml when left out.", valueName: "file|folder"))
    var files: [String] = []

    /// The running engine.
    ///
    /// - Throws: `engineUnreachable` where it can't be told where to look; whether somebody is there shows in the asking.
    func engine() throws(IntegrationError) -> SocketLink {
        let variables = ConfigurationEnvironment.process().variables
        if let socket { return SocketLink(path: socket, origin: "--socket", isNamed: true) }
        if let path = variables["INTEGRATION_SOCKET"], !path.isEmpty {
            return SocketLink(path: path, origin: "INTEGRATION_SOCKET", isNamed: true)
        }
        let paths = files.isEmpty ? ConfigurationOptions.standard : files
        let root = try root(paths)
        let place = SocketPlace(root, configuration: paths, environment: variables)
        return SocketLink(path: place.path, origin: "where \(paths.joined(separator: ", ")) puts it")
    }

    /// The configuration as far as it can be read: mistakes in flows don't hide where the engine is.
    ///
    /// - Throws: `engineUnreachable` where there is none, `configurationRefused` where it can't be read at all.
    func root(_ paths: [String]) throws(IntegrationError) -> ConfigurationNode {
        let loaded = ConfigurationLoader(catalog: .standard).load(paths: paths)
        if let root = loaded.root { return root }
        if files.isEmpty {
            throw IntegrationError(
                .engineUnreachable,
                "neither --socket, --config nor INTEGRATION_SOCKET is given, and there is no \(paths[0]) here")
        }
        throw IntegrationError(.configurationRefused, loaded.report())
    }
}

extension SocketPlace {
    /// The place that a configuration gives its engine.
    init(_ root: ConfigurationNode?, configuration: [String], environment: [String: String]) {
        self.init(
            configured: Self.path(root?["admin"]?["socket"]), storage: Self.storage(root),
            configuration: configuration, environment: environment)
    }

    /// The storage folder; nil without one.
    static func storage(_ root: ConfigurationNode?) -> String? {
        let storage = root?["storage"]
        return path(storage?.mapping == nil ? storage : storage?["path"])
    }

    private static func path(_ node: ConfigurationNode?) -> String? {
        guard let node, !node.isAbsent, let scalar = node.scalar else { return nil }
        return PathValue(scalar.text, relativeTo: node.location.folder).resolved
    }
}
