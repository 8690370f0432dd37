public import IntegrationCore

/// A source of type `generate`.
public struct GenerateConfiguration: Configurable {
    static let interval = Field<Duration?>.optional(
        "interval", .duration, "One message at once and then in each period; `0s`: as fast as they are taken.")
    static let cron = Field<String?>.optional(
        "cron", .string, "One message at each instant of a cron expression, such as `0 6 * * mon-fri`.")
    static let timezone = Field<String>.defaulted(
        "timezone", .string, "UTC", "The time zone of `cron`, such as `Europe/Lisbon`.")
    static let rate = Field<Double?>.optional(
        "rate", .number(0.001...10_000_000), "So many messages in a second, evenly.")
    static let count = Field<Int?>.optional(
        "count", .int(), "How many messages in all; without it there is no end.")
    static let body = Field<ConfigurationNode>.required(
        "body", .jsonTemplate,
        """
        What each message is: a text is taken as it stands, anything else is written as JSON. `{{ expression }}` in its \
        texts is filled in for each message: `$meta.sequence` counts from 0, `$meta.scheduled` is when the message was \
        due, `$meta.id` its id; `$now()` and `$uuid()` are new each time. A text that is one `{{ expression }}` becomes \
        its value, such as a number.
        """)
    static let batchSize = Field<Int>.defaulted(
        "batch_size", .int(1...100_000), 100, "Messages at most in one delivery.")
    static let missed = Field<GenerateMissed>.defaulted(
        "missed", .choice, .merge,
        "Whether instants that passed while the flow was busy become one message, or one each.")

    public static let table = FieldTable(
        "generate source", summary: "Makes messages by a schedule.",
        fields: [interval, cron, timezone, rate, count, body, batchSize, missed],
        example: "{interval: 5s, count: 10, body: {kind: heartbeat, n: '{{ $meta.sequence }}'}}",
        rules: [FieldTable.exactlyOne(of: "interval", "cron", "rate"), scheduleRule])

    private static let scheduleRule: FieldTable.Rule = { fields, context in
        if fields[cron] == nil, fields.isWritten("timezone") {
            context.diagnostics.error(
                .conflictingFields, "`timezone` in \(context.subject) has a meaning only with `cron`",
                at: fields.span(of: "timezone"), help: "remove it")
        }
        if fields.isWritten("missed"), fields[rate] != nil || fields[interval] == .zero {
            context.diagnostics.error(
                .conflictingFields, "`missed` in \(context.subject) has a meaning only with `cron` or a period",
                at: fields.span(of: "missed"), help: "remove it")
        }
        guard let text = fields[cron] else { return }
        do throws(CronSchedule.Mistake) {
            _ = try CronSchedule(text, timeZone: fields[timezone])
        } catch {
            let name = error.isInZone ? "timezone" : "cron"
            context.diagnostics.error(
                .malformedValue, "`\(name)` in \(context.subject): \(error.message)", at: fields.span(of: name),
                help: error.allowed.map { "allowed: \($0)" })
        }
    }

    public var interval: Duration?
    public var cron: String?
    public var timeZone: String
    public var rate: Double?
    /// As written; see `text`.
    public var body: ConfigurationNode
    public var count: Int?
    public var batchSize: Int
    public var missed: GenerateMissed

    public init(_ fields: DecodedFields) {
        interval = fields[Self.interval]
        cron = fields[Self.cron]
        timeZone = fields[Self.timezone]
        rate = fields[Self.rate]
        body = fields[Self.body]
        count = fields[Self.count]
        batchSize = fields[Self.batchSize]
        missed = fields[Self.missed]
    }

    /// When messages are generated.
    ///
    /// - Throws: `cannotBuild` where the time zone is gone since the configuration was checked.
    public func pace() throws(IntegrationError) -> GeneratePace {
        if let rate { return .rate(rate) }
        guard let cron else { return .interval(interval ?? .zero) }
        do throws(CronSchedule.Mistake) {
            return .cron(try CronSchedule(cron, timeZone: timeZone))
        } catch {
            throw IntegrationError(.cannotBuild, error.message, component: "generate source")
        }
    }

    /// The body as text: a text as it stands, anything else as JSON.
    public var text: String {
        if let scalar = body.scalar, scalar.kind == .string { scalar.text } else { body.json }
    }

    /// Whether there is a `{{ … }}` in the body, which somebody else has to fill in.
    public var hasExpressions: Bool {
        let bytes = Array(text.utf8)
        return zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "{") && $1 == UInt8(ascii: "{") }
    }

    /// The source.
    ///
    /// - Parameter compile: makes the writer of a body with `{{ … }}` in it; called at most once.
    /// - Throws: `cannotBuild` where the body has `{{ … }}` in it and there is nobody to fill it in.
    public func makeSource(
        compile: ((ConfigurationNode) throws(IntegrationError) -> GenerateBody.Writer)? = nil
    ) throws(IntegrationError) -> GenerateSource {
        let made: GenerateBody
        if !hasExpressions {
            made = .fixed(Array(text.utf8))
        } else if let compile {
            made = .made(try compile(body))
        } else {
            throw IntegrationError(
                .cannotBuild, "the body of a generate source holds `{{ … }}`, which nothing here fills in",
                component: body.location.description)
        }
        return GenerateSource(try pace(), body: made, count: count, batchSize: batchSize, missed: missed)
    }

    /// Adds the type and what makes it.
    ///
    /// - Parameter compile: makes the writer of a body with `{{ … }}` in it, given the variables that are `$env`.
    public static func register(
        in catalog: inout Catalog,
        compile: (@Sendable (ConfigurationNode, [String: String]) throws(IntegrationError) -> GenerateBody.Writer)? =
            nil
    ) {
        catalog.register(source: "generate", table) { declaration, context throws(IntegrationError) in
            let environment = context.environment
            guard let compile else { return try GenerateConfiguration(declaration.fields).makeSource() }
            return try GenerateConfiguration(declaration.fields).makeSource { body throws(IntegrationError) in
                try compile(body, environment)
            }
        }
    }
}
