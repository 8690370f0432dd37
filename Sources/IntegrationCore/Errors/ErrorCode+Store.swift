/// IE51xx: the store that keeps queues, positions, dead letters, state and events.
extension ErrorCode {
    public static let storeInUse = ErrorCode(
        "IE5101", "Data folder is in use",
        explanation: """
            One process owns a data folder at a time, and another one has it open. The lock belongs to the process and \
            goes with it, however it ends.
            """,
        remedy: "Stop that process, or use another `storage.path`.")

    public static let storeDamaged = ErrorCode(
        "IE5102", "Store is damaged",
        explanation: """
            The file of the store is not what was written: cut off, overwritten, or another kind of file. Nothing is \
            read from it or written to it as long as that is so.
            """,
        remedy: "Restore the data folder from a backup, or move it away and start with an empty one.")

    public static let storeTooNew = ErrorCode(
        "IE5103", "Store was written by a newer version",
        explanation: "The store's layout is of a version that this build does not know; it was left as it is.",
        remedy: "Use the newer version of the program, or another `storage.path`.")

    public static let storageFull = ErrorCode(
        "IE5104", "No room for the store", retry: .serverError,
        explanation: """
            The disk (or the quota) has no room for what was to be stored. Nothing of it was stored or acknowledged; \
            the store goes on by itself as soon as there is room.
            """,
        remedy: "Make room on the disk that holds `storage.path`.")

    public static let storageFailed = ErrorCode(
        "IE5105", "Store can't read or write", retry: .serverError,
        explanation: """
            The system refused to read, write or sync the store's file. What was to be stored was not, and nothing of \
            it is acknowledged; the store opens its file anew and goes on by itself.
            """,
        remedy: "Check the disk that holds `storage.path` and the system's log.")

    public static let storeUnusable = ErrorCode(
        "IE5106", "Data folder can't be used",
        explanation: "The folder or a file in it can't be created or opened, or the path is not a folder.",
        remedy: "Check `storage.path`, who owns it and as whom the engine runs.")

    public static let storeClosed = ErrorCode(
        "IE5107", "Store is closed",
        explanation: "Something was asked of the store after its scope had ended, or the waiting was cancelled.",
        remedy: "The engine is stopping; what was not stored stays with its source.")

    public static let leaseLost = ErrorCode(
        "IE5108", "Lease is lost",
        explanation: """
            The messages were to be settled by somebody whose lease had expired, or who had settled them before. They \
            are handed out again; what was to be stored with the settlement was refused as a whole.
            """,
        remedy: "Raise `visibility_timeout` if work takes longer than it.")

    public static let stateConflict = ErrorCode(
        "IE5109", "State was changed by somebody else",
        explanation: """
            A key of the state is no longer what was read, so that a change which builds on it was refused as a whole.
            """,
        remedy: "Read the key again and repeat the change.")

    public static let queueFull = ErrorCode(
        "IE5110", "Queue is full", retry: .serverError,
        explanation: """
            A queue would exceed `max_messages` or `max_bytes`. Nothing was stored; whoever sends waits until there is \
            room, and nothing is dropped.
            """,
        remedy: "Look at why its reader is slow or stopped, or raise the limit of the queue.")

    public static let storeRefused = ErrorCode(
        "IE5111", "Store can't keep this",
        explanation: "A body is larger than 512 MiB, or the name of a queue is empty or longer than 255 bytes.",
        remedy: "Limit the size of messages at the source (`max_message_size`), or shorten the name.")

    public static let deadLetterUnknown = ErrorCode(
        "IE5112", "No such dead letter",
        explanation: "No dead letter has this id: it was replayed, removed or pruned, or never was.",
        remedy: "`integration dlq list` shows those that are there.")

    public static let idAmbiguous = ErrorCode(
        "IE5113", "Id is ambiguous",
        explanation: "The beginning of an id fits more than one.",
        remedy: "Give more of its characters.")

    public static let storeCodes: [ErrorCode] = [
        storeInUse, storeDamaged, storeTooNew, storageFull, storageFailed, storeUnusable, storeClosed, leaseLost,
        stateConflict, queueFull, storeRefused, deadLetterUnknown, idAmbiguous,
    ]
}
