public import IntegrationCore

/// The whole configuration, section by section.
public struct RootConfiguration: Configurable {
    static let version = Field<Int>.defaulted("version", .int(1...1), 1, "The version of the configuration language.")
    static let name = Field<String>.defaulted(
        "name", .string, "integration", "Who this is: `service.name` in logs, metrics and traces.")
    static let include = Field<[String]>.defaulted(
        "include", .oneOrMany(of: .string), [],
        "Files to merge in by key, with `*` and `?`; relative to the folder of this file.")
    static let plugins = Field<[Named<PluginDeclaration>]>.defaulted(
        "plugins", .map(to: .plugin), [], "Plugins and the services they bring.")
    static let connectors = Field<[Named<TypedConfiguration>]>.defaulted(
        "connectors", .map(to: .typed(.connector)), [], "Connections to other systems, by name.")
    static let protocols = Field<[Named<TypedConfiguration>]>.defaulted(
        "protocols", .map(to: .typed(.connector)), [], "Connections by protocol; the same names as `connectors`.")
    static let services = Field<[Named<EndpointDeclaration>]>.defaulted(
        "services", .map(to: .service), [], "What an enrich step can ask, by name.")
    static let queues = Field<[Named<QueueConfiguration>]>.defaulted(
        "queues", .map(to: .table), [], "Embedded queues, by name.")
    static let destinations = Field<[Named<EndpointDeclaration>]>.defaulted(
        "destinations", .map(to: .namedDestination), [], "Destinations that several flows use, by name.")
    static let templates = Field<[Named<TemplateConfiguration>]>.defaulted(
        "templates", .map(to: .table), [], "Templates of the transform step, by name.")
    static let transformers = Field<[Named<TypedConfiguration>]>.defaulted(
        "transformers", .map(to: .typed(.codec)), [], "Readers and writers of formats, by name.")
    static let schemas = Field<[Named<SchemaConfiguration>]>.defaulted(
        "schemas", .map(to: .table), [], "Schemas of the validate step, by name.")
    static let flows = Field<[Named<FlowConfiguration>]>.defaulted(
        "flows", .map(to: .flow), [], "The flows, by name.")
    static let expressions = Field<ExpressionsConfiguration>.defaulted(
        "expressions", .table, ExpressionsConfiguration(), "What expressions may use besides the message.")
    static let monitoring = Field<MonitoringConfiguration>.defaulted(
        "monitoring", .table, MonitoringConfiguration(), "Metrics, traces, alerts and what is recorded.")
    static let storage = Field<StorageConfiguration?>.optional(
        "storage", .table, "Where queues, positions and dead letters are kept; without it they live in memory.")
    static let admin = Field<AdminConfiguration>.defaulted(
        "admin", .table, AdminConfiguration(), "The admin API and the web console.")
    static let grace = Field<Duration>.defaulted(
        "grace", .duration, .seconds(30), "How long a shutdown waits for what is in flight.")

    public static let table = FieldTable(
        "configuration", summary: "The whole configuration.",
        fields: [
            version, name, include, plugins, connectors, protocols, services, queues, destinations, templates,
            transformers, schemas, flows, expressions, monitoring, storage, admin, grace,
        ])

    /// The sections whose keys are names that the user chose; `include` merges them by key.
    static let namedSections: Set<String> = [
        "plugins", "connectors", "protocols", "services", "queues", "destinations", "templates", "transformers",
        "schemas", "flows",
    ]

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }
}

extension FieldType where Value == TypedConfiguration {
    /// A mapping whose `type` is one of the catalog's types of a kind.
    public static func typed(_ kind: TypeDescription.Kind) -> FieldType {
        FieldType(shape: .typed(kind)) { node, context in
            let word = kind == .codec ? "transformer" : kind.rawValue
            return context.speaking(of: "\(word) `\(context.path.last ?? "")`") { context in
                guard node.mapping != nil else {
                    context.wrongType(node, expected: .typed(kind))
                    return nil
                }
                guard let type = context.describedType(node["type"], kind: kind) else { return nil }
                return type.table.decode(node, &context, ignoring: ["type"]).map {
                    TypedConfiguration(type: type, fields: $0, span: $0.span)
                }
            }
        }
    }
}

extension FieldType where Value == EndpointDeclaration {
    static var service: FieldType {
        FieldType(shape: .typed(.service)) { node, context in
            context.speaking(of: "service `\(context.path.last ?? "")`") { $0.endpoint(node, kind: .service) }
        }
    }

    static var namedDestination: FieldType {
        FieldType(shape: .typed(.destination)) { node, context in
            context.speaking(of: "destination `\(context.path.last ?? "")`") { $0.endpoint(node, kind: .destination) }
        }
    }
}

extension FieldType where Value == FlowConfiguration {
    /// FNV-1a (64 bits) over the flow as JSON: the same wording has the same version, also in another layout.
    private static func version(of node: ConfigurationNode) -> String {
        let hash = node.json.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static var flow: FieldType {
        FieldType(shape: .table(FlowConfiguration.table)) { node, context in
            context.speaking(of: "flow `\(context.path.last ?? "")`") { context in
                FlowConfiguration.checkEnds(of: node, &context)
                return FlowConfiguration.decode(node, &context).map { flow in
                    var flow = flow
                    flow.version = Self.version(of: node)
                    return flow
                }
            }
        }
    }
}
