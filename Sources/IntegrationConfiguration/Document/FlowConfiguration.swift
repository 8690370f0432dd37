public import IntegrationCore

/// One flow as configured: where messages come from, what happens to them, where they go.
public struct FlowConfiguration: Configurable {
    static let description = Field<String?>.optional("description", .string, "What the flow is for.")
    static let source = Field<EndpointDeclaration?>.optional("source", .source, "Where messages come from.")
    static let sources = Field<[EndpointDeclaration]?>.optional(
        "sources", .list(of: .source, count: 1...100), "Several sources, instead of `source`.")
    static let steps = Field<[StepDeclaration]>.defaulted(
        "steps", .steps, [], "What happens to a message, in order.")
    static let destination = Field<DestinationDeclaration?>.optional(
        "destination", .destination, "Where messages go; not needed after a last step that routes.")
    static let ordering = Field<Ordering>.defaulted(
        "ordering", .ordering, .none,
        "`source` keeps the order of the source, `{key: …}` that of each key; by default messages may overtake.")
    static let errorHandling = Field<ErrorHandlingConfiguration>.defaulted(
        "error_handling", .table, ErrorHandlingConfiguration(), "What happens to a message that fails.")
    static let monitoring = Field<FlowMonitoringConfiguration>.defaulted(
        "monitoring", .table, FlowMonitoringConfiguration(), "What is measured, traced, logged and recorded.")

    public static let table = FieldTable(
        "flow", summary: "Takes messages from a source, through steps, to a destination.",
        fields: [description, source, sources, steps, destination, ordering, errorHandling, monitoring],
        example: """
            source: {type: file, path: orders.ndjson}
            steps:
              - validate: order-schema
            destination: {type: file, path: out.ndjson}
            """,
        rules: [FieldTable.atMostOne(of: "source", "sources")])

    public var description: String?
    public var sources: [EndpointDeclaration]
    public var steps: [StepDeclaration]
    /// Nil where the last step routes, or where the flow is a fragment that `run` refuses.
    public var destination: DestinationDeclaration?
    public var ordering: Ordering
    public var errorHandling: ErrorHandlingConfiguration
    public var monitoring: FlowMonitoringConfiguration
    public var span: SourceSpan
    /// Tells one wording of the flow from another: 16 hexadecimal digits.
    public internal(set) var version = ""

    public init(_ fields: DecodedFields) {
        description = fields[Self.description]
        sources = fields[Self.sources] ?? fields[Self.source].map { [$0] } ?? []
        steps = fields[Self.steps]
        destination = fields[Self.destination]
        ordering = fields[Self.ordering]
        errorHandling = fields[Self.errorHandling]
        monitoring = fields[Self.monitoring]
        span = fields.span
    }

    /// Reports a flow without a source, and warns about one without a destination.
    static func checkEnds(of node: ConfigurationNode, _ context: inout DecodingContext) {
        guard node.isAbsent || node.mapping != nil, let span = context.keySpan else { return }
        let mapping = node.mapping ?? ConfigurationMapping()
        if (mapping["source"] ?? .null).isAbsent, (mapping["sources"] ?? .null).isAbsent {
            context.diagnostics.error(
                .noSource, "\(context.subject) has no source", at: span, help: "add `source: {type: …}`")
        }
        guard (mapping["destination"] ?? .null).isAbsent else { return }
        if let last = mapping["steps"]?.elements?.last {
            guard let type = StepDeclaration.typeName(of: last, in: context.catalog) else { return }
            if context.catalog[.step, type]?.endsFlow == true { return }
        }
        context.diagnostics.warning(
            .noDestination, "\(context.subject) has no destination", at: span,
            help: "add `destination: …`; `run` refuses without one", blocksRun: true)
    }
}

/// Whether messages may overtake one another.
public enum Ordering: Sendable, Hashable {
    case none
    /// As the source has them.
    case source
    /// Messages with the same key stay in order.
    case key(ExpressionText)
}

extension FieldType where Value == Ordering {
    static var ordering: FieldType {
        FieldType<Either<OrderingWord, OrderingKey>>.either(scalar: .choice, else: .table).map {
            switch $0 {
            case .first(.none): .none
            case .first(.source): .source
            case .second(let key): .key(key.expression)
            }
        } back: {
            switch $0 {
            case .none: .first(.none)
            case .source: .first(.source)
            case .key: nil
            }
        }
    }
}

enum OrderingWord: String, CaseIterable, Sendable { case none, source }

struct OrderingKey: Configurable {
    static let key = Field<ExpressionText>.required("key", .expression, "Messages with the same value stay in order.")
    static let table = FieldTable("ordering by key", summary: "Keeps the order of each key.", fields: [key])

    let expression: ExpressionText

    init(_ fields: DecodedFields) { expression = fields[Self.key] }
}
