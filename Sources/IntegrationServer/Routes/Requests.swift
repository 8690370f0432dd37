internal import IntegrationCore

/// A request about one thing that has a name.
struct NamedRequest: Configurable {
    static let name = Field<String>.required("name", .string, "The name, as the configuration has it.")
    static let table = FieldTable("request", summary: "Names one thing.", fields: [name])

    let name: String
    init(_ fields: DecodedFields) { name = fields[Self.name] }
}

/// A request for a page of a list.
enum Paging {
    static let most = 1000
    static let limit = Field<Int>.defaulted("limit", .int(1...most), 100, "How many at most.")
}
