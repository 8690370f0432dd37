extension SQLiteReader {
    /// The process that owns a data folder, as it gave itself; nil where none does.
    public static func owner(of folder: String) -> String? { FolderLock.holder(DataFolder(path: folder).lock) }
}
