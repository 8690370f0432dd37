internal import IntegrationCore

/// The service: lookups.
extension PostgresConfiguration {
    static let lookupStatement = Field<String>.required(
        "statement", .string, "The query, with `$1`, `$2` … for values; it never changes at run time.")
    static let lookupArguments = Field<[ExpressionText]?>.optional(
        "args", .list(of: .expression),
        "What `$1`, `$2` … stand for; `$key` is the value of the lookup field, `$keys` all that are asked for at once. By "
            + "default `[$key]`, with `key` `[$keys]`.")
    static let lookupKey = Field<String?>.optional(
        "key", .string,
        "The column that holds a row's key: many keys are then asked for by one query such as `… where id = any($1)`.")
    static let single = Field<Bool>.defaulted(
        "single", .bool, true, "Whether the answer is one row as an object, or all rows in `{\"rows\": […]}`.")
    static let maxRows = Field<Int>.defaulted(
        "max_rows", .int(1...1_000_000), 10_000, "More rows than that for one query are an error.")

    static let service = FieldTable(
        "postgres service", summary: "Answers lookups by a query.",
        fields: [lookupStatement, lookupArguments, lookupKey, single, maxRows, ServiceFields.cache],
        example: """
            connector: database
            statement: select id, name, tier from customers where id = any($1)
            key: id
            """)

    static func makeLookup(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Lookup {
        let fields = endpoint.fields
        let key = fields[lookupKey]
        let expressions = fields[lookupArguments] ?? [key == nil ? "$key" : "$keys"]
        let statement = fields[lookupStatement]
        let rows = PostgresLookup.mostRows(isSingle: fields[single], byKey: key != nil, fields[maxRows])
        return PostgresLookup(
            connection: try .of(endpoint, context), statement: statement,
            query: LimitedQuery.text(statement, rows: rows), arguments: try Arguments(expressions, context), key: key,
            isSingle: fields[single],
            maximumRows: fields[maxRows])
    }
}
