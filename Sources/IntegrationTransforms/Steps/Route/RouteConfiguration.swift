public import IntegrationCore

/// `type: route`.
public struct RouteConfiguration: Configurable {
    struct Entry: Configurable {
        static let condition = Field<ExpressionText>.required(
            "condition", .expression, "A JSONata expression, such as `total >= 1000`.")
        static let destination = Field<DestinationDeclaration>.required(
            "destination", .destination(createsQueue: true), "Where messages go that fulfil it.")
        static let table = FieldTable(
            "route", summary: "A condition and where it leads.", fields: [condition, destination],
            example: "{condition: total >= 1000, destination: high-value-orders}")

        let condition: ExpressionText
        let destination: DestinationDeclaration

        init(_ fields: DecodedFields) {
            condition = fields[Self.condition]
            destination = fields[Self.destination]
        }
    }

    enum Otherwise: Sendable {
        case fail, drop
        case send(DestinationDeclaration)
    }

    static let field = Field<String?>.optional(
        "field", .memberPath, "A path that every message must have; one without it fails.")
    static let routes = Field<[Entry]>.required(
        "routes", .list(of: .table, count: 1...1000), "Conditions in the order in which they are tried.")
    static let otherwise = Field<Otherwise>.defaulted(
        "otherwise", .otherwise, .fail, "What happens when none is true: `fail`, `drop`, or a destination.")

    public static let table = FieldTable(
        "route step", summary: "Sends each message to the destination of the first condition that it fulfils.",
        fields: [field, routes, otherwise],
        example: """
            routes:
              - {condition: total >= 1000, destination: high-value-orders}
              - {condition: total < 1000, destination: regular-orders}
            """,
        rules: [coverage])

    /// Conditions that leave numbers out, where nothing is said of the rest.
    private static let coverage: FieldTable.Rule = { fields, context in
        guard case .fail = fields[otherwise], !fields.isWritten("otherwise") else { return }
        guard let gaps = gaps(in: fields[routes].map(\.condition.text)) else { return }
        context.diagnostics.warning(
            .conditionsMayNotCover, "the conditions of \(context.subject) do not cover \(gaps)",
            at: fields.span(of: "routes"), help: "add `otherwise: fail`, `otherwise: drop` or a destination")
    }

    /// The numbers that no condition covers, in words; nil where all are covered or it can't be told.
    private static func gaps(in texts: [String]) -> String? {
        var conditions: [Condition] = []
        for text in texts {
            do {
                conditions.append(try Condition.compile(text))
            } catch {
                // Reported where the expression stands.
                return nil
            }
        }
        guard case .gaps(_, let gaps) = CoverageCheck(conditions) else { return nil }
        return gaps.map { "`\($0)`" }.joined(separator: ", ")
    }

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String, _ context: any MakerContext) throws(IntegrationError) -> RouteStep {
        var routes: [RouteStep.Route] = []
        for entry in fields[Self.routes] {
            routes.append(RouteStep.Route(entry.condition.text, to: try context.name(of: entry.destination)))
        }
        var otherwise = RouteStep.Otherwise.fail
        switch fields[Self.otherwise] {
        case .fail: otherwise = .fail
        case .drop: otherwise = .drop
        case .send(let destination): otherwise = .send(to: try context.name(of: destination))
        }
        return RouteStep(name, field: fields[Self.field], routes: routes, otherwise: otherwise)
    }
}

extension FieldType where Value == RouteConfiguration.Otherwise {
    /// `fail`, `drop`, or a destination.
    static var otherwise: FieldType {
        let destination = FieldType<DestinationDeclaration>.destination(createsQueue: true)
        return FieldType(
            shape: .either([.enumeration(["fail", "drop"]), destination.shape]),
            encode: {
                switch $0 {
                case .fail: "fail"
                case .drop: "drop"
                case .send(let target): destination.encode(target)
                }
            },
            decode: { node, context in
                switch node.scalar?.text {
                case "fail": return .fail
                case "drop": return .drop
                default: return destination.decode(node, &context).map { .send($0) }
                }
            })
    }
}
