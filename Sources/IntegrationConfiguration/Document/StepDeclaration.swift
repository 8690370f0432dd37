public import IntegrationCore

/// One step of a flow: `{name, type, config}`, or in short `- validate: order-schema`.
public struct StepDeclaration: Sendable {
    /// Unique within the flow; the type's name where none is given.
    public var name: String
    public var configuration: TypedConfiguration
    /// How long the step may work on one batch.
    public var timeout: Duration?
    /// How many batches the step may work on at once, over all lanes; nil: as many as there are lanes.
    public var concurrency: Int?

    static let nameField = Field<String?>.optional("name", .string, "Names the step in messages, metrics and traces.")
    static let timeoutField = Field<Duration?>.optional(
        "timeout", .duration(in: .milliseconds(1) ... .seconds(86_400)),
        "How long a step that asks a service may take for one batch; after that its messages count as tried.")
    static let concurrencyField = Field<Int?>.optional(
        "concurrency", .int(1...10_000),
        "How many batches may be at once in a step that asks a service, over all lanes; others wait their turn.")
    static let typeField = Field<String>.required("type", .string, "What the step does.")
    static let configField = Field<ConfigurationNode?>.optional("config", .any, "The options of the type.")

    /// What stands beside a step's type; its `config` has the table of the type.
    static let table = FieldTable(
        "step", summary: "Does one thing to each message.",
        fields: [nameField, typeField, configField, timeoutField, concurrencyField],
        example: "{name: validate, type: validate, config: {schema: order-schema}}")

    /// The type that a step is of, in the long or the short form; nil where neither says.
    static func typeName(of node: ConfigurationNode, in catalog: Catalog) -> String? {
        if let scalar = node.scalar { return scalar.text }
        if let type = node["type"]?.scalar { return type.text }
        return node.mapping?.keys.first { table.field($0) == nil && catalog[.step, $0] != nil }
    }
}

extension FieldType where Value == [StepDeclaration] {
    /// The steps of a flow; names are unique within it.
    static var steps: FieldType {
        let list = FieldType<[StepDeclaration]>.list(of: .step)
        return FieldType(shape: list.shape) { node, context in
            let decoded = list.decode(node, &context)
            var seen: [String: SourceLocation] = [:]
            for element in node.elements ?? [] {
                guard let name = element["name"], let text = name.scalar?.text else { continue }
                if let first = seen[text] {
                    context.diagnostics.error(
                        .contradictsItself, "two steps of \(context.ownerPhrase) are named `\(text)`", at: name.span,
                        help: "first at \(first)")
                }
                seen[text] = name.location
            }
            return decoded.map { Self.numbered($0, taken: Set(seen.keys)) }
        }
    }

    /// Steps without a name of their own are numbered where their type comes up again.
    private static func numbered(_ steps: [StepDeclaration], taken: Set<String>) -> [StepDeclaration] {
        var used = taken
        return steps.map { step in
            guard step.name.isEmpty else { return step }
            var copy = step
            var number = 1
            repeat {
                copy.name = number == 1 ? step.configuration.type.name : "\(step.configuration.type.name)-\(number)"
                number += 1
            } while !used.insert(copy.name).inserted
            return copy
        }
    }
}

extension FieldType where Value == StepDeclaration {
    static var step: FieldType {
        FieldType(shape: .typed(.step)) { node, context in
            if node.scalar != nil { return context.step(typed: node, config: .null, in: node) }
            guard let mapping = node.mapping else {
                context.wrongType(node, expected: .typed(.step))
                return nil
            }
            if mapping["type"] == nil {
                let short = mapping.entries.first {
                    StepDeclaration.table.field($0.key) == nil && context.catalog[.step, $0.key] != nil
                }
                if let short {
                    let type = ConfigurationNode.string(short.key, at: short.keySpan)
                    return context.step(typed: type, config: short.value, in: node, shorthand: short.key)
                }
                if mapping.entries.count == 1, StepDeclaration.table.field(mapping.entries[0].key) == nil {
                    // One unknown key: most likely a misspelt type in the short form.
                    let entry = mapping.entries[0]
                    return context.step(typed: .string(entry.key, at: entry.keySpan), config: .null, in: node)
                }
            }
            return context.step(typed: mapping["type"], config: mapping["config"] ?? .null, in: node)
        }
    }
}

extension DecodingContext {
    /// Warns of a `timeout` or `concurrency` beside a step that never waits.
    fileprivate mutating func warnOfLimits(in node: ConfigurationNode, of type: TypeDescription) {
        for name in [StepDeclaration.timeoutField.name, StepDeclaration.concurrencyField.name] {
            guard let entry = node.mapping?.entry(name), !entry.value.isAbsent else { continue }
            diagnostics.warning(
                .limitWithoutEffect, "`\(name)` in \(subject) has no effect: a \(type.name) step waits for nothing",
                at: entry.keySpan, help: "remove it")
        }
    }

    fileprivate mutating func step(
        typed typeNode: ConfigurationNode?, config: ConfigurationNode, in node: ConfigurationNode,
        shorthand: String? = nil
    ) -> StepDeclaration? {
        let written = node["name"]?.scalar?.text
        let label = written ?? typeNode?.scalar?.text
        let step = label.map { "step `\($0)` of \(ownerPhrase)" } ?? "a step of \(ownerPhrase)"
        return speaking(of: step) { context in
            let type = context.describedType(typeNode, kind: .step)
            var own = node
            if var mapping = own.mapping {
                mapping["config"] = nil
                mapping["type"] = nil
                if let shorthand { mapping[shorthand] = nil }
                own.content = .mapping(mapping)
            } else {
                own.content = .mapping(ConfigurationMapping())
            }
            let beside = FieldTable(
                "step", summary: "",
                fields: [StepDeclaration.nameField, StepDeclaration.timeoutField, StepDeclaration.concurrencyField])
            let common =
                type == nil && node.scalar == nil && node.mapping?.entries.count == 1
                ? nil : beside.decode(own, &context)
            guard let type else { return nil }
            let entry = node.mapping?.entry(shorthand ?? "config")
            let key = shorthand ?? "config"
            let fields = context.within(key, at: entry?.keySpan ?? context.keySpan) { context in
                context.speaking(of: step) { type.table.decode(config, &$0) }
            }
            guard let common, let fields else { return nil }
            if !type.waits { context.warnOfLimits(in: node, of: type) }
            return StepDeclaration(
                name: common[StepDeclaration.nameField] ?? "",
                configuration: TypedConfiguration(type: type, fields: fields, span: common.span),
                timeout: common[StepDeclaration.timeoutField],
                concurrency: common[StepDeclaration.concurrencyField])
        }
    }
}
