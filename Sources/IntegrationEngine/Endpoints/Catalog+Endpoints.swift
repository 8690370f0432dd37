public import IntegrationCore

/// `type: call`.
struct CallConfiguration: Configurable {
    static let flow = Field<NameReference>.required("flow", .name(of: .flow), "The flow to hand messages to.")

    static let table = FieldTable(
        "call destination", summary: "Hands messages to another flow and waits until it is through with them.",
        fields: [flow], shorthand: "flow", example: "{flow: order-sync}")

    let flow: NameReference

    init(_ fields: DecodedFields) { flow = fields[Self.flow] }
}

/// `type: fallback`.
struct FallbackConfiguration: Configurable {
    static let destinations = Field<[DestinationDeclaration]>.required(
        "destinations", .list(of: .destination, count: 1...100), "Tried in this order until one accepts the message.")

    static let table = FieldTable(
        "fallback destination", summary: "Tries destinations in order: what one refuses goes to the next.",
        fields: [destinations], shorthand: "destinations",
        example: "{destinations: [{type: file, path: first.ndjson}, {type: file, path: second.ndjson}]}")

    let destinations: [DestinationDeclaration]

    init(_ fields: DecodedFields) { destinations = fields[Self.destinations] }
}

extension Catalog {
    /// Adds the destinations that are made of other destinations and flows.
    public mutating func registerCombinations() {
        register(destination: "call", CallConfiguration.table) { declaration, context throws(IntegrationError) in
            try context.call(CallConfiguration(declaration.fields).flow)
        }
        register(destination: "fallback", FallbackConfiguration.table) {
            declaration, context throws(IntegrationError) in
            var choices: [any Destination] = []
            for choice in FallbackConfiguration(declaration.fields).destinations {
                choices.append(try context.make(choice))
            }
            return FallbackDestination(choices)
        }
    }
}
