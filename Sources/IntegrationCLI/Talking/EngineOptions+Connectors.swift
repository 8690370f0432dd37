internal import Glibc
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer

extension EngineOptions {
    /// Calls `body` with the running engine, or, where none runs, with the connectors of its configuration.
    ///
    /// - Throws: what `body` throws; `configurationRefused` with every mistake.
    func withConnectors<R>(_ body: (any EngineLink) async throws -> R) async throws -> R {
        let engine = try engine()
        if files.isEmpty, engine.isNamed { return try await body(engine) }
        if engine.isServed { return try await body(engine) }
        let environment = ConfigurationEnvironment.process()
        let loaded = ConfigurationLoader(catalog: .standard, environment: environment).load(
            paths: files.isEmpty ? ConfigurationOptions.standard : files)
        guard let document = loaded.document, let root = loaded.root else {
            throw IntegrationError(.configurationRefused, loaded.report())
        }
        let clock = SystemClock()
        var services = AdminServices(
            clock: clock,
            about: EngineInformation(
                name: document.name, version: Version.current, process: Int(getpid()), storage: nil,
                started: clock.now))
        services.connectors = ConfiguredConnectors(
            ConfiguredConnector.all(
                of: document, root, catalog: .standard, environment: environment.variables), clock: clock)
        return try await body(FolderLink(services: services))
    }
}
