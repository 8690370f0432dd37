public import IntegrationCore

/// Writes the JSON Schema (draft-07) of a whole configuration, which editors' YAML servers read.
public struct JSONSchemaWriter {
    private let catalog: Catalog
    /// Tables that stand below others, each once, whoever uses it.
    private var shared: [(name: String, schema: ConfigurationNode)] = []

    public init(catalog: Catalog) { self.catalog = catalog }

    /// The schema as indented JSON.
    public func schema() -> String {
        var copy = self
        return copy.write()
    }

    private mutating func write() -> String {
        var entries: [(String, ConfigurationNode)] = [
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", "Configuration of Integration"),
        ]
        entries += object(RootConfiguration.table).mapping?.entries.map { ($0.key, $0.value) } ?? []
        let kinds: [TypeDescription.Kind] = [
            .source, .destination, .step, .connector, .service, .codec, .pluginService,
        ]
        var definitions = kinds.map { (Self.definition($0), definition(of: $0)) }
        definitions.append(
            ("target", .mapping([("anyOf", .sequence([Self.string, Self.reference(.destination)]))])))
        definitions.append(("interpolated", ["type": "string", "pattern": "\\$\\{"]))
        definitions += shared.map { ($0.name, $0.schema) }
        entries.append(("definitions", .mapping(definitions)))
        return JSONWriter.write(.mapping(entries)) + "\n"
    }

    private static let string: ConfigurationNode = ["type": "string"]

    private static func definition(_ kind: TypeDescription.Kind) -> String {
        kind.rawValue.split(separator: " ").joined(separator: "-")
    }

    private static func reference(_ kind: TypeDescription.Kind) -> ConfigurationNode {
        ["$ref": .string("#/definitions/" + definition(kind))]
    }

    // MARK: Tables

    private mutating func object(
        _ table: FieldTable, also: [(String, ConfigurationNode)] = [], required: [String] = []
    ) -> ConfigurationNode {
        let properties = also + table.fields.map { ($0.name, property($0)) }
        var entries: [(String, ConfigurationNode)] = [
            ("description", .string(table.summary)), ("type", ["object", "null"]),
        ]
        let needed = required + table.fields.filter(\.isRequired).map(\.name)
        if needed.isEmpty == false {
            entries[1] = ("type", "object")
            entries.append(("required", .sequence(needed.map { .string($0) })))
        }
        entries.append(("properties", .mapping(properties)))
        entries.append(("additionalProperties", false))
        let whole = ConfigurationNode.mapping(entries)
        guard let shorthand = table.shorthand.flatMap({ table.field($0) }) else { return whole }
        return ["anyOf": [shape(shorthand.shape), whole]]
    }

    /// A definition for a table that several others may use.
    private mutating func reference(to table: FieldTable) -> ConfigurationNode {
        let schema = object(table)
        let base = "table-" + table.name.split(separator: " ").joined(separator: "-")
        var name = base
        var number = 1
        while let present = shared.first(where: { $0.name == name }) {
            if present.schema == schema { return ["$ref": .string("#/definitions/" + name)] }
            number += 1
            name = "\(base)-\(number)"
        }
        shared.append((name, schema))
        return ["$ref": .string("#/definitions/" + name)]
    }

    private mutating func property(_ field: FieldDescription) -> ConfigurationNode {
        var entries: [(String, ConfigurationNode)] = [("description", .string(field.doc))]
        if let value = field.defaultValue, !field.shape.isSecret { entries.append(("default", value)) }
        if let advice = field.deprecation { entries.append(("deprecationMessage", .string(advice))) }
        let shape = shape(field.shape)
        // Beside `$ref` nothing else counts in draft-07.
        if shape["$ref"] != nil {
            entries.append(("allOf", [shape]))
        } else {
            entries += shape.mapping?.entries.filter { $0.key != "description" }.map { ($0.key, $0.value) } ?? []
        }
        return .mapping(entries)
    }

    // MARK: Shapes

    /// Whatever is not a string by itself may also come from `${…}`.
    private func orInterpolated(_ schema: ConfigurationNode) -> ConfigurationNode {
        ["anyOf": [schema, ["$ref": "#/definitions/interpolated"]]]
    }

    private mutating func shape(_ shape: FieldShape) -> ConfigurationNode {
        switch shape {
        case .string: ["type": ["string", "number", "boolean"]]
        case .secret: ["type": ["string", "number"]]
        case .path, .url, .template, .expression, .jsonPath, .name: Self.string
        case .bool: orInterpolated(["type": "boolean"])
        case .int(let range):
            orInterpolated(
                range.upperBound == .max
                    ? ["type": "integer", "minimum": .plain("\(range.lowerBound)")]
                    : [
                        "type": "integer", "minimum": .plain("\(range.lowerBound)"),
                        "maximum": .plain("\(range.upperBound)"),
                    ])
        case .number(let range):
            orInterpolated(
                range.upperBound == .greatestFiniteMagnitude
                    ? ["type": "number", "minimum": .plain("\(range.lowerBound)")]
                    : [
                        "type": "number", "minimum": .plain("\(range.lowerBound)"),
                        "maximum": .plain("\(range.upperBound)"),
                    ])
        case .duration:
            orInterpolated(["type": "string", "pattern": "^([0-9]+(\\.[0-9]+)?(d|h|m|s|ms|us|ns))+$"])
        case .size: orInterpolated(["type": "string", "pattern": "^[0-9]+(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"])
        case .enumeration(let names):
            orInterpolated(["enum": .sequence(names.map { ConfigurationNode.plain($0).quotedUnlessNumber })])
        case .list(let element): ["type": "array", "items": self.shape(element)]
        case .oneOrMany(let element):
            ["anyOf": [self.shape(element), ["type": "array", "items": self.shape(element)]]]
        case .map(let element): ["type": ["object", "null"], "additionalProperties": self.shape(element)]
        case .table(let table): reference(to: table)
        case .variants(let tables, let byDefault):
            [
                "anyOf": .sequence(
                    tables.map { table in
                        object(
                            table, also: [("type", ["const": .string(table.name)])],
                            required: table.name == byDefault ? [] : ["type"])
                    })
            ]
        case .typed(let kind): Self.reference(kind)
        case .destination: ["$ref": "#/definitions/target"]
        case .either(let shapes): ["anyOf": .sequence(shapes.map { self.shape($0) })]
        case .any: [:]
        }
    }

    // MARK: Types of the catalog

    private mutating func definition(of kind: TypeDescription.Kind) -> ConfigurationNode {
        let types = catalog.types(of: kind)
        guard kind != .step else { return step(types) }
        var choices: [ConfigurationNode] = []
        for type in types {
            var also: [(String, ConfigurationNode)] = [("type", ["const": .string(type.name)])]
            if kind == .source {
                also.append(("batch", reference(to: BatchConfiguration.table)))
            }
            let needsType = kind != .pluginService
            if let connector = type.connector {
                let named = also + [("connector", Self.string)]
                choices.append(object(type.table, also: named, required: ["connector"]))
                let own = Set(type.table.fields.map(\.name))
                guard let through = catalog[.connector, connector]?.table else { continue }
                let borrowed = through.fields.filter { !own.contains($0.name) }
                let both = FieldTable(
                    type.table.name, summary: type.table.summary, fields: type.table.fields + borrowed)
                choices.append(object(both, also: also, required: ["type"]))
            } else {
                choices.append(object(type.table, also: also, required: needsType ? ["type"] : []))
                if kind == .source { choices.append(short(type)) }
            }
        }
        return ["anyOf": .sequence(choices.isEmpty ? [["type": "object"]] : choices)]
    }

    private mutating func step(_ types: [TypeDescription]) -> ConfigurationNode {
        var choices: [ConfigurationNode] = [["enum": .sequence(types.map { .string($0.name) })]]
        let common = StepDeclaration.table.fields.filter { $0.name != "type" && $0.name != "config" }
        let beside = FieldTable("step", summary: StepDeclaration.table.summary, fields: common)
        for type in types {
            let config = reference(to: type.table)
            let isNeeded = type.table.fields.contains(where: \.isRequired)
            choices.append(
                object(
                    beside, also: [("type", ["const": .string(type.name)]), ("config", config)],
                    required: isNeeded ? ["type", "config"] : ["type"]))
            choices.append(object(beside, also: [(type.name, config)], required: [type.name]))
        }
        return ["anyOf": .sequence(choices)]
    }

    /// `{call: FLOW}`.
    private mutating func short(_ type: TypeDescription) -> ConfigurationNode {
        object(
            FieldTable(type.name, summary: type.table.summary, fields: []),
            also: [(type.name, reference(to: type.table))],
            required: [type.name])
    }
}

extension ConfigurationNode {
    fileprivate var quotedUnlessNumber: ConfigurationNode {
        scalar?.kind == .int ? self : .string(scalar?.text ?? "")
    }
}
