internal import IntegrationCore
internal import PostgreSQLClient

/// The destination.
extension PostgresConfiguration {
    enum Conflict: String, Sendable, CaseIterable {
        /// The message is refused.
        case error
        /// What is there stays.
        case ignore
        /// The row gets the message's values.
        case update
    }

    static let statement = Field<String?>.optional(
        "statement", .string, "The SQL, with `$1`, `$2` … for values; it never changes at run time.")
    static let arguments = Field<[ExpressionText]>.defaulted(
        "args", .list(of: .expression), [],
        "What `$1`, `$2` … stand for, as paths such as `$.customer.id` or expressions; `$` is the whole message.")
    static let table = Field<String?>.optional(
        "table", .tableName, "A table that gets a row for each message, in the place of a `statement`.")
    static let columns = Field<[Named<ExpressionText>]>.defaulted(
        "columns", .map(to: .expression), [], "What each column of the row gets, as paths or expressions.")
    static let keyColumns = Field<[String]>.defaulted(
        "key", .oneOrMany(of: .string), [], "The columns of a unique index, by which a row is known again.")
    static let conflict = Field<Conflict?>.optional(
        "on_conflict", .choice,
        "What becomes of a row whose key is there: `update` (with a `key`), `ignore`, or `error` (without one).")
    static let inbox = Field<Bool>.defaulted(
        "inbox", .bool, false,
        "Notes the message's id in the table `integration_inbox` in the same transaction, so that a message that comes "
            + "again has no effect again.")
    static let inboxKeep = Field<Duration>.defaulted(
        "inbox_keep", .duration, .seconds(7 * 86_400), "How long ids are kept.")

    static let inboxName = Field<String?>.optional(
        "inbox_name", .string("a name of 1 to 200 characters") { !$0.isEmpty && $0.count <= 200 && !$0.contains("\0") },
        "What the inbox is known by, in the place of the destination's name and what it does: whoever has the same one "
            + "shares the inbox.")

    static let destination = FieldTable(
        "postgres destination",
        summary:
            "Runs a statement, or writes a row, for each message; a batch is one transaction, and COMMIT accepts it.",
        fields: [statement, arguments, table, columns, keyColumns, conflict, inbox, inboxName, inboxKeep],
        example: """
            connector: database
            statement: insert into orders (id, doc) values ($1, $2) on conflict (id) do nothing
            args: [$.id, $]
            """,
        rules: [
            FieldTable.exactlyOne(of: "statement", "table"), FieldTable.field("args", needs: "statement"),
            FieldTable.field("table", needs: "columns"), FieldTable.field("columns", needs: "table"),
            FieldTable.field("key", needs: "table"), FieldTable.field("on_conflict", needs: "table"),
            FieldTable.field("inbox_keep", needs: "inbox"), FieldTable.field("inbox_name", needs: "inbox"),
            conflictRule,
        ])

    private static let conflictRule: FieldTable.Rule = { fields, context in
        let names = Set(fields[columns].map(\.name))
        if fields[conflict] == .update, fields[keyColumns].isEmpty {
            context.diagnostics.error(
                .missingField, "`on_conflict: update` in \(context.subject) needs `key`",
                at: fields.span(of: "on_conflict"), help: "name the columns of a unique index: `key: [id]`")
        }
        for name in fields[keyColumns] where !names.contains(name) && fields.isWritten("columns") {
            context.diagnostics.error(
                .conflictingFields, "`key` in \(context.subject) names `\(name)`, which is none of `columns`",
                at: fields.span(of: "key"), help: "add `\(name)` to `columns`")
        }
    }

    static func makeDestination(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Destination {
        let fields = endpoint.fields
        let target: RowTarget
        let expressions: [ExpressionText]
        if let table = fields[table].flatMap({ SQLName(dotted: $0) }) {
            let columns = fields[columns]
            expressions = columns.map(\.value)
            target = .table(
                TableTarget(
                    table: table, columns: columns.map { SQLName($0.name) },
                    key: fields[keyColumns].map { SQLName($0) },
                    conflict: fields[conflict] ?? (fields[keyColumns].isEmpty ? .error : .update)))
        } else if let statement = fields[statement] {
            expressions = fields[arguments]
            target = .statement(statement)
        } else {
            throw IntegrationError(.cannotBuild, "the destination has neither `statement` nor `table`")
        }
        return PostgresDestination(
            connection: try .of(endpoint, context), target: target,
            arguments: try Arguments(expressions, context),
            inbox: fields[inbox]
                ? InboxOptions(
                    name: fields[inboxName]
                        ?? InboxOptions.name(context.destinationName, target.identity + expressions.map(\.text)),
                    keep: fields[inboxKeep])
                : nil)
    }
}

extension FieldType where Value == String {
    /// A table's name, with its schema or without.
    static var tableName: FieldType {
        string("a table such as `orders` or `sales.orders`, a part with a point in it in double quotes") {
            SQLName(dotted: $0) != nil
        }
    }
}
