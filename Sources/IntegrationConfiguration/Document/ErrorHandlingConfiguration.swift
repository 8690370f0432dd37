public import IntegrationCore

/// What happens to a message that fails.
public struct ErrorHandlingConfiguration: Configurable {
    public enum Policy: String, Sendable, CaseIterable {
        /// Try again, then put it into the dead-letter queue.
        case retryThenDLQ = "retry_then_dlq"
        /// Put it into the dead-letter queue at once.
        case dlq
        /// Try again, then stop the flow; the message stays with its source.
        case retryThenStop = "retry_then_stop"
        /// Try again, then drop and count it.
        case retryThenDrop = "retry_then_drop"
    }

    static let type = Field<Policy>.defaulted(
        "type", .choice, .retryThenDLQ, "What happens when a message has failed for good.")
    static let retry = Field<RetryConfiguration>.defaulted(
        "retry", .table, RetryConfiguration(), "How often it is tried.")
    static let dlq = Field<DestinationDeclaration?>.optional(
        "dlq", .destination(createsQueue: true),
        "Where dead letters go; a queue lets them be browsed, edited and replayed. Without it the queue `dead-letters`."
    )
    static let brake = Field<BrakeConfiguration>.defaulted(
        "brake", .table, BrakeConfiguration(), "When the flow stops itself.")

    public static let table = FieldTable(
        "error handling", summary: "What happens to a message that fails.", fields: [type, retry, dlq, brake],
        example: "{type: retry_then_dlq, retry: {max_attempts: 3}, dlq: failed-orders}",
        rules: [
            { fields, context in
                let policy = fields[type]
                if fields.isWritten("dlq"), policy == .retryThenStop || policy == .retryThenDrop {
                    context.diagnostics.error(
                        .conflictingFields, "`dlq` has no meaning with `type: \(policy.rawValue)`",
                        at: fields.span(of: "dlq"), help: "remove it, or write `type: retry_then_dlq`")
                }
                if fields.isWritten("retry"), policy == .dlq {
                    context.diagnostics.error(
                        .conflictingFields, "`retry` has no meaning with `type: dlq`", at: fields.span(of: "retry"),
                        help: "write `type: retry_then_dlq`")
                }
            }
        ])

    public var policy: Policy
    public var retry: RetryConfiguration
    /// Nil where none is named: the queue `dead-letters`.
    public var dlq: DestinationDeclaration?
    public var brake: BrakeConfiguration

    public init(
        policy: Policy = .retryThenDLQ, retry: RetryConfiguration = RetryConfiguration(),
        dlq: DestinationDeclaration? = nil, brake: BrakeConfiguration = BrakeConfiguration()
    ) {
        self.policy = policy
        self.retry = retry
        self.dlq = dlq
        self.brake = brake
    }

    public init(_ fields: DecodedFields) {
        self.init(
            policy: fields[Self.type], retry: fields[Self.retry], dlq: fields[Self.dlq], brake: fields[Self.brake])
    }
}

/// The flow stops itself when `failed` of its last `of` messages failed.
public struct BrakeConfiguration: Configurable, Hashable {
    static let failed = Field<Int>.defaulted("failed", .int(1...1_000_000), 100, "So many failures …")
    static let of = Field<Int>.defaulted("of", .int(1...1_000_000), 100, "… among so many last messages.")

    public static let table = FieldTable(
        "brake", summary: "Stops the flow when `failed` of its last `of` messages failed.", fields: [failed, of],
        example: "{failed: 100, of: 100}",
        rules: [
            { fields, context in
                guard fields[failed] > fields[of] else { return }
                context.diagnostics.error(
                    .conflictingFields, "`failed` is larger than `of` in \(context.subject)",
                    at: fields.isWritten("failed") ? fields.span(of: "failed") : fields.span(of: "of"),
                    help: "of \(fields[of]) messages at most \(fields[of]) can fail")
            }
        ])

    public var failed: Int
    public var of: Int

    public init(failed: Int = 100, of: Int = 100) {
        self.failed = failed
        self.of = of
    }

    public init(_ fields: DecodedFields) { self.init(failed: fields[Self.failed], of: fields[Self.of]) }
}
