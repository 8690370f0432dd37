/// Failures of files and folders.
extension ErrorCode {
    public static let fileNotFound = ErrorCode(
        "IE5001", "File not found",
        explanation: "A file or folder that the configuration names does not exist.",
        remedy: "Check the path: relative paths are taken from the folder of the file that names them.")

    public static let fileUnreadable = ErrorCode(
        "IE5002", "File can't be read",
        explanation: "A file exists but could not be opened or read: permissions, or a damaged disk.",
        remedy: "Check who may read it (`ls -l`) and as whom the engine runs.")

    public static let fileUnwritable = ErrorCode(
        "IE5003", "File can't be written", retry: .serverError,
        explanation: """
            A file or its folder could not be created, written or synced to the disk. What was written of the batch \
            was taken back, and nothing of it is acknowledged.
            """,
        remedy: "Check the folder's permissions and that the disk is mounted for writing.")

    public static let diskFull = ErrorCode(
        "IE5004", "Disk is full", retry: .serverError,
        explanation: """
            There is no room left on the disk (or within the quota). What was written of the batch was taken back, and \
            it is tried again as the flow's `error_handling` says. Messages whose tries are used up go to the dead \
            letters; where these find no room either, the flow holds back: nothing is lost or acknowledged meanwhile.
            """,
        remedy: "Make room: a flow that holds back goes on by itself. Keep dead letters on another disk.")

    public static let notAFile = ErrorCode(
        "IE5005", "Not a file",
        explanation: "A path that should be a regular file is a folder, a device, a pipe or a socket.",
        remedy: "Name a regular file; for standard input use the source type `stdin`.")

    public static let tableMalformed = ErrorCode(
        "IE5006", "Table can't be loaded",
        explanation: """
            The file of a table service could not be read whole: a record is malformed or half written, has no key, \
            or bears the key of another one.
            """,
        remedy: "Correct the record at the line named; write such files under another name and rename them.")

    public static let fileCodes: [ErrorCode] = [
        fileNotFound, fileUnreadable, fileUnwritable, diskFull, notAFile, tableMalformed,
    ]
}
