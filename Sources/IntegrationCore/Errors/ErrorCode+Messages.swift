/// Failures of a message's own data while it is read, looked up and routed.
extension ErrorCode {
    public static let messageNotJSON = ErrorCode(
        "IE2001", "Message is not JSON",
        explanation: """
            The body of a message could not be parsed as JSON (RFC 8259). Flows are strict: the same key twice in one \
            object, more than 128 levels of nesting, more than 16 MiB and numbers beyond the range of a double are \
            refused too. Such a message is never retried; it goes to the dead letters with its original bytes.
            """,
        remedy: "Look at the place named, correct the producer, then edit and replay the dead letter.")

    public static let messageTooLarge = ErrorCode(
        "IE2002", "Message too large",
        explanation: """
            A message is larger than its source allows. The rest of it was skipped up to the next record, so that its \
            neighbours are processed; its beginning is kept in the dead letter.
            """,
        remedy: "Raise `max_message_size` of the source, or split the data where it is made.")

    public static let messageNotText = ErrorCode(
        "IE2003", "Message is not text",
        explanation: "The body of a message is not UTF-8 where text was expected.",
        remedy: "Correct the encoding where the data is made.")

    public static let csvMalformed = ErrorCode(
        "IE2004", "CSV record malformed",
        explanation: """
            A CSV record (RFC 4180) has an open quote, a character behind a closing quote, or another number of \
            fields than the header.
            """,
        remedy: "Correct the record at the line named; check the `delimiter` and `header` of the source.")

    public static let noRoute = ErrorCode(
        "IE2401", "No route matches",
        explanation: """
            None of a route step's conditions was true for the message, and the step has no `otherwise`. Errors are \
            strict: the message is not dropped but goes to the dead letters.
            """,
        remedy:
            "Add a condition that covers it, or say `otherwise: DESTINATION`, `otherwise: drop` or `otherwise: fail`.")

    public static let routeFieldMissing = ErrorCode(
        "IE2402", "Field to route by is missing",
        explanation: "A route step names a `field`, and the message has none.",
        remedy: "Make the field required in a validate step before, or leave `field` out.")

    public static let lookupKeyMissing = ErrorCode(
        "IE2501", "Lookup field is missing",
        explanation: "An enrich step's `lookup_field` is not in the message, or is neither a string nor a number.",
        remedy: "Check `lookup_field`, or make the field required in a validate step before.")

    public static let lookupMiss = ErrorCode(
        "IE2502", "Lookup found nothing",
        explanation: "The service has no entry for the key, and the enrich step says `on_missing: fail`.",
        remedy: "Add the entry and replay the dead letter, or say `on_missing: keep` or `drop`.")

    public static let enrichTarget = ErrorCode(
        "IE2503", "No object to enrich",
        explanation: "What an enrich step's `into` names is missing in the message or is not an object.",
        remedy: "Name an object that the message has, or leave `into` out: the parent of `lookup_field` is then taken.")

    public static let keyMissing = ErrorCode(
        "IE2504", "Message has no key",
        explanation: """
            The expression that gives a message its key (`ordering: {key: …}`, `idempotent: {key: …}`) has no value for \
            this message.
            """,
        remedy: "Make the member required in a validate step, or give the expression a default.")

    public static let duplicateInFlight = ErrorCode(
        "IE2505", "The same key is being processed", retry: .connection,
        explanation: """
            Another message with the same key has passed the `idempotent` step and is not settled yet. This one waits \
            until it is known whether that one came through; waiting counts as no try.
            """,
        remedy: "Nothing: it goes on by itself.")

    public static let poisonMessage = ErrorCode(
        "IE2601", "Message ends every delivery without a settlement",
        explanation: """
            The message was handed over alone several times, and each time the process died or its lease ran out before \
            it was settled. It goes to the dead letters unparsed, so that those behind it can pass.
            """,
        remedy: "Look at the message for what kills or stalls the flow; mend the flow, then replay it.")

    public static let messageCodes: [ErrorCode] = [
        messageNotJSON, messageTooLarge, messageNotText, csvMalformed, noRoute, routeFieldMissing, lookupKeyMissing,
        lookupMiss, enrichTarget, keyMissing, duplicateInFlight, poisonMessage,
    ]
}
