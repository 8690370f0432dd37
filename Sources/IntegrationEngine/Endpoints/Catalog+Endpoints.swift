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

/// `type: broadcast`.
struct BroadcastConfiguration: Configurable {
    static let destinations = Field<[DestinationDeclaration]>.required(
        "destinations", .list(of: .destination, count: 1...100), "Each of these must accept the message.")

    static let table = FieldTable(
        "broadcast destination",
        summary: "Hands each message to several destinations; what one refuses is tried again there alone.",
        fields: [destinations], shorthand: "destinations", example: "{destinations: [archive, billing]}")

    let destinations: [DestinationDeclaration]

    init(_ fields: DecodedFields) { destinations = fields[Self.destinations] }
}

extension Catalog {
    /// Adds the embedded queues.
    public mutating func registerQueues() {
        register(source: "queue", QueueSourceConfiguration.table) { declaration, context throws(IntegrationError) in
            try context.source(QueueSourceConfiguration(declaration.fields).reading)
        }
        register(destination: "queue", QueueDestinationConfiguration.table) {
            declaration, context throws(IntegrationError) in
            try context.queue(QueueDestinationConfiguration(declaration.fields).name)
        }
    }

    /// Adds the destinations that are made of other destinations and flows.
    public mutating func registerCombinations() {
        register(destination: "call", CallConfiguration.table) { declaration, context throws(IntegrationError) in
            try context.call(CallConfiguration(declaration.fields).flow)
        }
        register(destination: "broadcast", BroadcastConfiguration.table) {
            declaration, context throws(IntegrationError) in
            var members: [String] = []
            for member in BroadcastConfiguration(declaration.fields).destinations {
                members.append(try context.name(of: member))
            }
            return BroadcastDestination(members)
        }
        register(destination: "fallback", FallbackConfiguration.table) {
            declaration, context throws(IntegrationError) in
            var choices: [any Destination] = []
            for choice in FallbackConfiguration(declaration.fields).destinations {
                choices.append(try context.make(choice))
            }
            guard !choices.contains(where: { $0 is BroadcastDestination }) else {
                throw IntegrationError(
                    .cannotBuild, "a broadcast can't be a choice of a fallback",
                    remedy: "Hand over to a flow that broadcasts: `destination: FLOW`.")
            }
            return FallbackDestination(choices)
        }
    }
}
