/// How long to wait between two tries.
public struct BackoffConfiguration: Configurable, Hashable {
    public enum Growth: String, Sendable, CaseIterable { case exponential, linear }

    static let type = Field<Growth>.defaulted("type", .choice, .exponential, "How the wait grows from try to try.")
    static let initial = Field<Duration>.defaulted("initial", .duration, .seconds(1), "The first wait.")
    static let max = Field<Duration>.defaulted("max", .duration, .seconds(60), "No wait is longer.")
    static let multiplier = Field<Double>.defaulted(
        "multiplier", .number(1...1000), 2, "What each wait is multiplied by (exponential).")
    static let step = Field<Duration>.defaulted("step", .duration, .seconds(1), "What is added to each wait (linear).")
    static let jitter = Field<Jitter>.defaulted(
        "jitter", .jitter, .full,
        "`full` waits a random time up to the computed one, `none` exactly that, a number j at least (1 - j) of it.")

    public static let table = FieldTable(
        "backoff", summary: "How long to wait between two tries.",
        fields: [type, initial, max, multiplier, step, jitter],
        example: "{type: exponential, initial: 1s, max: 60s, multiplier: 2.0, jitter: 0.2}",
        rules: [
            { fields, context in
                let other = fields[type] == .exponential ? "step" : "multiplier"
                guard fields.isWritten(other) else { return }
                context.diagnostics.error(
                    .conflictingFields, "`\(other)` has no meaning in a \(fields[type].rawValue) backoff",
                    at: fields.span(of: other),
                    help: fields[type] == .exponential ? "use `multiplier`, or `type: linear`" : "use `step`")
            }
        ])

    public var growth: Growth
    public var initial: Duration
    public var max: Duration
    public var multiplier: Double
    public var step: Duration
    public var jitter: Jitter

    public init(
        growth: Growth = .exponential, initial: Duration = .seconds(1), max: Duration = .seconds(60),
        multiplier: Double = 2, step: Duration = .seconds(1), jitter: Jitter = .full
    ) {
        self.growth = growth
        self.initial = initial
        self.max = max
        self.multiplier = multiplier
        self.step = step
        self.jitter = jitter
    }

    public init(_ fields: DecodedFields) {
        self.init(
            growth: fields[Self.type], initial: fields[Self.initial], max: fields[Self.max],
            multiplier: fields[Self.multiplier], step: fields[Self.step], jitter: fields[Self.jitter])
    }
}

/// How much of a wait is left to chance.
public enum Jitter: Sendable, Hashable {
    /// A random time from nothing to the whole wait.
    case full
    /// Exactly the wait.
    case none
    /// A random time from (1 - ratio) of the wait to the whole of it.
    case ratio(Double)
}

extension FieldType where Value == Jitter {
    /// `full`, `none` or a number from 0 to 1.
    public static var jitter: FieldType {
        let shape = FieldShape.either([.enumeration(["full", "none"]), .number(0...1)])
        return FieldType(
            shape: shape,
            encode: {
                switch $0 {
                case .full: "full"
                case .none: "none"
                case .ratio(let ratio): .plain("\(ratio)")
                }
            },
            decode: { node, context in
                switch node.scalar?.text {
                case "full": return .full
                case "none": return Jitter.none
                default:
                    guard node.scalar?.number != nil else {
                        context.wrongType(node, expected: shape)
                        return nil
                    }
                    return FieldType<Double>.ratio.decode(node, &context).map { .ratio($0) }
                }
            })
    }
}

/// How often something is tried, and after which failures.
public struct RetryConfiguration: Configurable, Hashable {
    /// A class of failures that another try may mend.
    public enum Failure: String, Sendable, CaseIterable {
        case serverError = "server_error"
        case timeout
        case connection
        case rateLimited = "rate_limited"
    }

    static let maxAttempts = Field<Int>.defaulted(
        "max_attempts", .int(1...1000), 3, "How many tries in all, the first one included.")
    static let retryOn = Field<[Failure]?>.optional(
        "retry_on", .list(of: .choice),
        "Which failures are tried again; without it every one that may pass. Errors in the data never are.")
    static let backoff = Field<BackoffConfiguration>.defaulted(
        "backoff", .table, BackoffConfiguration(), "How long to wait between two tries.")
    static let retryAfterCap = Field<Duration>.defaulted(
        "retry_after_cap", .duration, .seconds(3600), "The longest wait that the other system may ask for.")

    public static let table = FieldTable(
        "retry", summary: "How often something is tried, and after which failures.",
        fields: [maxAttempts, retryOn, backoff, retryAfterCap],
        example: "{max_attempts: 3, retry_on: [server_error, timeout], backoff: {initial: 1s, max: 60s}}")

    /// All tries counted, the first one included.
    public var maxAttempts: Int
    /// Nil: every failure that may pass.
    public var retryOn: [Failure]?
    public var backoff: BackoffConfiguration
    public var retryAfterCap: Duration

    public init(
        maxAttempts: Int = 3, retryOn: [Failure]? = nil, backoff: BackoffConfiguration = BackoffConfiguration(),
        retryAfterCap: Duration = .seconds(3600)
    ) {
        self.maxAttempts = maxAttempts
        self.retryOn = retryOn
        self.backoff = backoff
        self.retryAfterCap = retryAfterCap
    }

    public init(_ fields: DecodedFields) {
        self.init(
            maxAttempts: fields[Self.maxAttempts], retryOn: fields[Self.retryOn], backoff: fields[Self.backoff],
            retryAfterCap: fields[Self.retryAfterCap])
    }
}

extension RetryConfiguration.Failure {
    /// Nil for codes whose failures are the message's own.
    public init?(_ retryClass: ErrorCode.RetryClass) {
        switch retryClass {
        case .never: return nil
        case .serverError: self = .serverError
        case .timeout: self = .timeout
        case .connection, .interrupted: self = .connection
        case .rateLimited: self = .rateLimited
        }
    }
}
