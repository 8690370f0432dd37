extension ErrorCode {
    /// Patches of messages: `IE27…`.
    public static let patchCodes: [ErrorCode] = [.invalidPatch, .patchFailed, .patchTestFailed, .patchBudgetExceeded]

    public static let invalidPatch = ErrorCode(
        "IE2701", "A JSON Patch is not valid",
        explanation: """
            A JSON Patch (RFC 6902) is an array of operations. One of them is no object, names no operation, lacks \
            `path`, `from` or `value`, or has a path that is no JSON Pointer (RFC 6901). The message says which: \
            `patch[0]` is the first.
            """,
        remedy: """
            Correct that operation, such as `{"op": "replace", "path": "/customer/id", "value": 7}`. In a name of a path \
            `~` is written `~0` and `/` is written `~1`.
            """)

    public static let patchFailed = ErrorCode(
        "IE2702", "A patch does not fit the message",
        explanation: """
            An operation names a place that this message does not have. `add` needs the object or the array to be there, \
            `remove`, `replace`, `test`, `move` and `copy` the value itself. Nothing of the patch has been done.
            """,
        remedy: """
            Correct the message or the path. A member that may be there or not is best changed by a merge patch (RFC \
            7396), which does not mind.
            """)

    public static let patchTestFailed = ErrorCode(
        "IE2703", "A test of a patch failed",
        explanation: """
            The operation `test` demands a value that the message does not have at that place. Nothing of the patch has \
            been done.
            """,
        remedy: "The patch is not meant for this state of the document: look at which of the two is out of date.")

    public static let patchBudgetExceeded = ErrorCode(
        "IE2704", "A patch takes too much work",
        explanation: """
            A patch of many operations on a large document, or one that copies the document into itself again and again, \
            can take work and memory that grow much faster than the message. Every message has a budget of work, of \
            values and of levels, and this patch used it up.
            """,
        remedy: """
            Split the patch, or replace a larger part of the document at once. The message itself may be hostile: look \
            at it before it is replayed.
            """)
}
