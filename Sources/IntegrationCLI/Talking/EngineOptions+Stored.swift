internal import Glibc
internal import IntegrationCore
internal import IntegrationServer
internal import IntegrationStore

extension EngineOptions {
    /// What a command does with what is stored.
    enum Use {
        case reading, writing
    }

    /// Calls `body` with the running engine, or, where none runs, with its storage folder.
    ///
    /// - Throws: what `body` throws; `storeInUse` where the folder belongs to an engine that can't be reached,
    ///   `engineUnreachable` or `noStorage` where there is neither engine nor folder.
    func withStored<R>(_ use: Use, _ body: (any EngineLink) async throws -> R) async throws -> R {
        let engine = try engine()
        // Who names a socket, and no configuration, means the engine behind it.
        if files.isEmpty, engine.isNamed { return try await body(engine) }
        if engine.isServed { return try await body(engine) }
        let paths = files.isEmpty ? ConfigurationOptions.standard : files
        guard let folder = SocketPlace.storage(try root(paths)) else {
            throw IntegrationError(
                .noStorage, "no engine runs, and \(paths.joined(separator: ", ")) has no `storage:`",
                remedy: "Start the engine (integration run), or name a configuration with `storage:` (--config).")
        }
        guard access(folder, F_OK) == 0 else {
            throw IntegrationError(
                .noStorage, "the storage folder \(folder) is not there yet",
                remedy: "It is made by the first run: integration run.")
        }
        let clock = SystemClock()
        var services = AdminServices(
            clock: clock,
            about: EngineInformation(
                name: "", version: Version.current, process: Int(getpid()), storage: folder, started: clock.now))
        switch use {
        case .reading:
            return try await SQLiteStore.withReadOnly(folder, clock) { reader in
                services.reader = reader
                return try await body(FolderLink(services: services))
            }
        case .writing:
            return try await SQLiteStore.withStore(in: folder, clock: clock) { store in
                services.reader = store
                services.store = store
                return try await body(FolderLink(services: services))
            }
        }
    }
}

extension SQLiteStore {
    fileprivate static func withReadOnly<R>(
        _ folder: String, _ clock: any TimeSource, _ body: (any StoreReader) async throws -> R
    ) async throws -> R {
        try await SQLiteReader.withReader(of: folder, clock: clock) { try await body($0) }
    }
}
