public import IntegrationCore

extension SQLiteReader {
    /// What is wrong with the store's file, page by page: at most twenty faults; empty where it is whole.
    ///
    /// - Source: https://www.sqlite.org/pragma.html#pragma_integrity_check
    public func faults() throws(IntegrationError) -> [String] {
        let lines = try ready().statement("PRAGMA integrity_check(20)").map { row throws(IntegrationError) in
            row.text(0)
        }
        return lines == ["ok"] ? [] : lines
    }

    /// The process that owns a data folder, as it gave itself; nil where none does.
    public static func owner(of folder: String) -> String? { FolderLock.holder(DataFolder(path: folder).lock) }
}
