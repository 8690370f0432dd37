internal import Glibc
public import IntegrationCore

extension SQLiteStore {
    /// Makes a store that lives as long as `body`, in a folder of its own that is removed behind it: for a process that
    /// keeps nothing.
    public static func withTemporaryStore<R>(
        clock: any TimeSource = SystemClock(), _ body: (SQLiteStore) async throws -> R
    ) async throws -> R {
        let folder = try makeFolder()
        defer { remove(folder) }
        return try await withStore(in: folder, settings: StoreSettings(durability: .none), clock: clock, body)
    }

    private static func makeFolder() throws(IntegrationError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(parent)/integration-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw IntegrationError(
                .storeUnusable, "no temporary folder can be made in \(parent)",
                causes: [String(cString: strerror(errno))])
        }
        return path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    /// The store keeps its files beside each other, without folders below.
    private static func remove(_ folder: String) {
        guard let entries = opendir(folder) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(folder)/\(name)") }
        }
        closedir(entries)
        rmdir(folder)
    }
}
