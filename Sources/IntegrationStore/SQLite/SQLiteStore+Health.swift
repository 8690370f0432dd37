public import IntegrationCore

extension SQLiteStore {
    /// Examines a data folder without changing anything, whether or not an engine runs.
    public static func examine(_ folder: String) async -> StoreHealth {
        do throws(IntegrationError) {
            return await (try BlockingThread()).run { StoreInspection(folder: DataFolder(path: folder)).examine() }
        } catch {
            var health = StoreHealth()
            health.problems = [error]
            return health
        }
    }

    /// Sets a stopped store's counters to what is counted.
    ///
    /// - Throws: `storeInUse` while a process has the folder open, or why it can't be read or written.
    public static func mend(_ folder: String) async throws(IntegrationError) {
        try await BlockingThread().run { () throws(IntegrationError) in
            try StoreInspection(folder: DataFolder(path: folder)).mend()
        }
    }
}
