internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument

/// `batch:` of a destination: many messages in one request.
struct BulkOptions: Sendable {
    enum Format: String, Sendable, CaseIterable { case json, ndjson }

    static let format = Field<Format>.defaulted(
        "format", .choice, .json, "`json`: one array; `ndjson`: a line for each message.")
    static let count = Field<Int>.defaulted("count", .int(1...10_000), 100, "Messages in one request at most.")
    static let bytes = Field<ByteCount>.defaulted(
        "bytes", .size(in: ByteCount(1)...ByteCount.gibibytes(1)), .mebibytes(4), "Bytes of one body at most.")
    static let results = Field<ExpressionText?>.optional(
        "results", .expression,
        "What became of each message, in order, out of the answer: a status, `true` or `false`, or an object with "
            + "`status` or `ok` and `error`, such as `items.{\"status\": index.status, \"error\": index.error.reason}`."
    )
    static let refusals = Field<ExpressionText?>.optional(
        "refusals", .expression,
        "For answers that list only what was refused: objects with `index` (from 0), and `status` and `error`.")

    static let table = FieldTable(
        "http batch", summary: "Puts many messages into one request.",
        fields: [format, count, bytes, results, refusals],
        example: "{format: json, count: 500, results: items.status}",
        rules: [FieldTable.atMostOne(of: "results", "refusals")])

    let format: Format
    let count: Int
    let bytes: Int
    let results: BulkResults?

    /// As `cloudevents: {mode: batched}` has it where no `batch` is written.
    static let ofEvents = BulkOptions(format: .json, count: 100, bytes: 4 << 20, results: nil)

    private init(format: Format, count: Int, bytes: Int, results: BulkResults?) {
        (self.format, self.count, self.bytes, self.results) = (format, count, bytes, results)
    }

    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        var results: BulkResults?
        if let text = fields[Self.results] { results = .all(try AnswerExpression(text, context)) }
        if let text = fields[Self.refusals] { results = .refused(try AnswerExpression(text, context)) }
        self.init(
            format: fields[Self.format], count: fields[Self.count], bytes: fields[Self.bytes].bytes, results: results)
    }
}
