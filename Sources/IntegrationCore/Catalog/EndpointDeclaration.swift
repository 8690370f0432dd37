/// A mapping whose `type` was found in the catalog and whose fields its table accepted.
public struct TypedConfiguration: Sendable {
    public let type: TypeDescription
    public let fields: DecodedFields
    public let span: SourceSpan

    public init(type: TypeDescription, fields: DecodedFields, span: SourceSpan) {
        self.type = type
        self.fields = fields
        self.span = span
    }
}

/// What an endpoint talks through.
public enum ConnectionDeclaration: Sendable {
    /// A declared connector.
    case named(NameReference)
    /// Connection options written in the endpoint itself.
    case inline(TypedConfiguration)
}

/// A source, destination or service as configured.
public struct EndpointDeclaration: Sendable {
    public let configuration: TypedConfiguration
    /// Nil for types that need no connector.
    public let connection: ConnectionDeclaration?
    /// How the messages of a source are gathered; nil leaves it to the type.
    public let batch: BatchConfiguration?

    public init(
        _ configuration: TypedConfiguration, connection: ConnectionDeclaration? = nil, batch: BatchConfiguration? = nil
    ) {
        self.configuration = configuration
        self.connection = connection
        self.batch = batch
    }

    public var type: TypeDescription { configuration.type }
    public var fields: DecodedFields { configuration.fields }
    public var span: SourceSpan { configuration.span }
}

/// Where messages go: something declared elsewhere, or an endpoint written on the spot.
public enum DestinationDeclaration: Sendable {
    /// A queue, flow, connector or entry of `destinations:`.
    case named(NameReference)
    case inline(EndpointDeclaration)

    public var span: SourceSpan {
        switch self {
        case .named(let reference): reference.span
        case .inline(let endpoint): endpoint.span
        }
    }
}

extension FieldType where Value == DestinationDeclaration {
    /// The name of a queue, flow, connector or destination, or an endpoint written inline.
    ///
    /// - Parameter createsQueue: whether a queue of this name comes into being where nothing else bears the name.
    public static func destination(createsQueue: Bool = false) -> FieldType {
        FieldType(shape: .destination) { node, context in
            guard node.mapping != nil else {
                let kinds: [NameKind] = [.queue, .flow, .destination, .connector]
                return context.reference(node, kinds: kinds, createsQueue: createsQueue).map { .named($0) }
            }
            return context.endpoint(node, kind: .destination).map { .inline($0) }
        }
    }

    public static var destination: FieldType { destination() }
}

extension FieldType where Value == EndpointDeclaration {
    /// A source written inline.
    public static var source: FieldType {
        FieldType(shape: .typed(.source)) { node, context in context.endpoint(node, kind: .source) }
    }
}

extension DecodingContext {
    /// Decodes `{type: …}` or `{connector: NAME, …}` by the catalog; nil where a mistake was reported.
    public mutating func endpoint(
        _ node: ConfigurationNode, kind: TypeDescription.Kind
    ) -> EndpointDeclaration? {
        guard let mapping = node.mapping else {
            wrongType(node, expected: kind == .destination ? .destination : .typed(kind))
            return nil
        }
        if let written = mapping.entries.first, mapping.entries.count == 1, mapping["type"] == nil,
            let type = catalog[kind, written.key], type.connector == nil
        {
            return shorthand(written, type: type, in: node)
        }
        var connector: NameReference?
        if let entry = mapping.entry("connector") {
            connector = within("connector", at: entry.keySpan) { $0.reference(entry.value, kinds: [.connector]) }
            if connector == nil { return nil }
        }
        guard let type = type(of: node, kind: kind, through: connector) else { return nil }
        return speaking(of: endpointPhrase(type)) { $0.fields(of: type, in: node, through: connector) }
    }

    /// `{call: FLOW}` is `{type: call, …}` with the field that a bare value stands for.
    private mutating func shorthand(
        _ entry: ConfigurationMapping.Entry, type: TypeDescription, in node: ConfigurationNode
    ) -> EndpointDeclaration? {
        noteBuild(of: type, at: entry.keySpan)
        return speaking(of: endpointPhrase(type)) { context in
            type.table.decode(entry.value, &context).map {
                EndpointDeclaration(TypedConfiguration(type: type, fields: $0, span: node.span))
            }
        }
    }

    private mutating func fields(
        of type: TypeDescription, in node: ConfigurationNode, through connector: NameReference?
    ) -> EndpointDeclaration? {
        let mapping = node.mapping ?? ConfigurationMapping()
        let own = Set(type.table.fields.map(\.name))
        let common: Set<String> = type.kind == .source ? ["type", "connector", "batch"] : ["type", "connector"]
        var connection = connector.map { ConnectionDeclaration.named($0) }
        var others = common.subtracting(own)
        var isComplete = true
        if connector == nil, let name = type.connector, let through = catalog[.connector, name] {
            let borrowed = Set(through.table.fields.map(\.name)).subtracting(own)
            others.formUnion(borrowed)
            let names = Set(mapping.keys).subtracting(borrowed)
            let fields = through.table.decode(node, &self, ignoring: names)
            connection = fields.map { .inline(TypedConfiguration(type: through, fields: $0, span: node.span)) }
            isComplete = fields != nil
        }
        var batch: BatchConfiguration?
        if common.contains("batch"), !own.contains("batch"), let entry = mapping.entry("batch") {
            batch = within("batch", at: entry.keySpan) { BatchConfiguration.decode(entry.value, &$0) }
            isComplete = isComplete && batch != nil
        }
        guard let fields = type.table.decode(node, &self, ignoring: others), isComplete else { return nil }
        return EndpointDeclaration(
            TypedConfiguration(type: type, fields: fields, span: fields.span), connection: connection, batch: batch)
    }

    private mutating func type(
        of node: ConfigurationNode, kind: TypeDescription.Kind, through connector: NameReference?
    ) -> TypeDescription? {
        let written = node["type"].flatMap { $0.isAbsent ? nil : $0 }
        guard let connector else { return describedType(written, kind: kind) }
        // A connector that nothing declares is reported when names are resolved.
        guard let connectorType = connectorTypes[connector.name] else { return nil }
        guard catalog[.connector, connectorType] != nil else {
            // An unknown type has been reported where the connector is declared; a plugin's own service has not.
            if !diagnostics.hasErrors {
                diagnostics.error(
                    .unknownType, "`\(connector.name)` is of a type `\(connectorType)` that offers no \(kind.rawValue)",
                    at: connector.span)
            }
            return nil
        }
        let implied = catalog.types(of: kind).filter { $0.connector == connectorType }
        guard let written else {
            if implied.isEmpty {
                diagnostics.error(
                    .unknownType, "connector `\(connector.name)` of type `\(connectorType)` offers no \(kind.rawValue)",
                    at: connector.span)
            } else if implied.count > 1 {
                missing("type", help: "add `type: …`: " + FieldShape.choice(implied.map(\.name)))
            } else {
                noteBuild(of: implied[0], at: connector.span)
            }
            return implied.count == 1 ? implied[0] : nil
        }
        guard let type = describedType(written, kind: kind) else { return nil }
        guard type.connector == connectorType else {
            diagnostics.error(
                .conflictingFields,
                "connector `\(connector.name)` is of type `\(connectorType)` and offers no \(type.name) \(kind.rawValue)",
                at: connector.span,
                help: implied.first.map { "leave `type` out, or write `type: \($0.name)`" })
            return nil
        }
        return type
    }

    /// Finds what `type:` names, reports what is unknown and warns about what is not built.
    public mutating func describedType(
        _ node: ConfigurationNode?, kind: TypeDescription.Kind
    ) -> TypeDescription? {
        if node?.scalar?.isBroken == true { return nil }
        let names = catalog.types(of: kind).map(\.name)
        guard let node, let scalar = node.scalar, scalar.kind != .null else {
            if let node {
                within("type", at: node.span) { $0.wrongType(node, expected: .string) }
            } else {
                missing("type", help: "add `type: …`, such as `\(names.first ?? "file")`")
            }
            return nil
        }
        if let type = catalog[kind, scalar.text] {
            noteBuild(of: type, at: node.span)
            return type
        }
        let near = Suggestion.nearest(to: scalar.text, among: names)
        let elsewhere = catalog.all.first { $0.name == scalar.text }
        diagnostics.error(
            .unknownType, "unknown \(kind.rawValue) type `\(scalar.shown)` in \(subject)", at: node.span,
            help: near.map { "did you mean `\($0)`?" }
                ?? elsewhere.map {
                    "`\($0.name)` is a \($0.kind.rawValue); known here: \(names.joined(separator: ", "))"
                }
                ?? "known here: \(names.joined(separator: ", "))")
        return nil
    }

    /// Warns where this build cannot run a type.
    public mutating func noteBuild(of type: TypeDescription, at span: SourceSpan) {
        guard !type.isBuilt else { return }
        diagnostics.warning(
            .notInThisBuild, "the \(type.kind.rawValue) type `\(type.name)` is not in this build", at: span,
            help: "`run` will refuse this configuration", blocksRun: true)
    }

    /// "the queue source of flow `f`"; deeper down the place is named as well.
    private func endpointPhrase(_ type: TypeDescription) -> String {
        switch depthBelowOwner {
        case 0: subject
        case 1: "the \(type.name) \(type.kind.rawValue) of \(ownerPhrase)"
        default: "the \(type.name) \(type.kind.rawValue) in \(subject)"
        }
    }
}
