public import IntegrationCore

/// `type: enrich`.
public struct EnrichConfiguration: Configurable {
    static let service = Field<NameReference>.required("service", .name(of: .service), "The service to ask.")
    static let lookupField = Field<String>.required(
        "lookup_field", .memberPath, "The path of the key in the message, such as `customer.id`.")
    static let into = Field<String?>.optional(
        "into", .memberPath, "The object that gets the answer's members; by default the one that holds the key.")
    static let onMissing = Field<EnrichStep.OnMissing>.defaulted(
        "on_missing", .choice, .fail, "What happens to a message whose key the service does not know.")
    static let overwrite = Field<Bool>.defaulted(
        "overwrite", .bool, false, "Whether members of the answer replace members that the message has.")

    public static let table = FieldTable(
        "enrich step", summary: "Asks a service by a key in the message and merges the answer into it.",
        fields: [service, lookupField, into, onMissing, overwrite],
        example: "{service: customer-service, lookup_field: customer.id, into: customer, on_missing: keep}")

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String) -> EnrichStep {
        EnrichStep(
            name, service: fields[Self.service].name, lookupField: fields[Self.lookupField], into: fields[Self.into],
            onMissing: fields[Self.onMissing], overwrites: fields[Self.overwrite])
    }
}

extension FieldType where Value == String {
    /// A path of member names, such as `customer.id`; `$` is the whole message.
    static var memberPath: FieldType {
        string("a path of member names, such as `customer.id`") { $0 == "$" || MemberPath($0) != nil }
    }
}
