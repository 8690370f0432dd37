import AWSConnector
import GRPCConnector
import HTTPConnector
import IntegrationConfiguration
import IntegrationCore
import MQTTConnector
import PostgresConnector
import RabbitMQConnector

/// The types that the tests configure: the real tables of the connectors, and small ones for what the engine brings.
enum SampleCatalog {
    static let path = Field<PathValue>.required("path", .path, "The file.")
    static let format = Field<String>.defaulted("format", .string, "ndjson", "How it is cut.")
    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...100_000), 100, "Lines at most.")
    static let queueName = Field<NameReference>.required("name", .name(of: .queue, createsQueue: true), "The queue.")
    static let pollInterval = Field<Duration>.defaulted("poll_interval", .duration, .seconds(1), "How often.")
    static let visibility = Field<Duration>.defaulted("visibility_timeout", .duration, .seconds(300), "The lease.")
    static let template = Field<NameReference>.required("template", .name(of: .template), "The template.")
    static let schema = Field<NameReference>.required("schema", .name(of: .schema), "The schema.")
    static let service = Field<NameReference>.required("service", .name(of: .service), "Who is asked.")
    static let lookupField = Field<JSONPathText>.required("lookup_field", .jsonPath, "What is looked up.")
    static let into = Field<JSONPathText?>.optional("into", .jsonPath, "Where it goes.")
    static let onMissing = Field<String>.defaulted("on_missing", .string, "fail", "What a miss means.")
    static let key = Field<String>.required("key", .string, "The member that is looked up.")
    static let flow = Field<NameReference>.required("flow", .name(of: .flow), "The flow.")
    static let condition = Field<ExpressionText>.required("condition", .expression, "When.")
    static let routeTo = Field<DestinationDeclaration>.required(
        "destination", .destination(createsQueue: true), "Where to.")
    static let route = FieldTable("route entry", summary: "One choice.", fields: [condition, routeTo])
    static let routes = Field<[DecodedFields]>.required("routes", .list(of: .fields(of: route)), "The choices.")
    static let field = Field<JSONPathText?>.optional("field", .jsonPath, "What is looked at.")
    static let otherwise = Field<String>.defaulted("otherwise", .string, "fail", "Where the rest goes.")
    static let tries = Field<[DestinationDeclaration]>.required(
        "destinations", .list(of: .destination, count: 1...10), "In order.")

    static let catalog: Catalog = {
        let file = FieldTable(
            "file", summary: "Lines of a file.", fields: [path, format, batchSize], shorthand: "path")
        let queue = FieldTable(
            "queue", summary: "An embedded queue.", fields: [queueName, batchSize, pollInterval, visibility],
            shorthand: "name")
        let nothing = FieldTable("nothing", summary: "No options.", fields: [])
        var catalog = Catalog([
            TypeDescription(.source, "file", file),
            TypeDescription(.source, "queue", queue),
            TypeDescription(
                .destination, "file", FieldTable("file", summary: "Lines.", fields: [path], shorthand: "path")),
            TypeDescription(.destination, "drop", nothing),
            TypeDescription(.destination, "stdout", nothing),
            TypeDescription(
                .destination, "call", FieldTable("call", summary: "Runs a flow.", fields: [flow], shorthand: "flow")),
            TypeDescription(
                .destination, "fallback",
                FieldTable("fallback", summary: "In order.", fields: [tries], shorthand: "destinations")),
            TypeDescription(
                .step, "transform",
                FieldTable("transform", summary: "By a template.", fields: [template], shorthand: "template")),
            TypeDescription(
                .step, "validate",
                FieldTable("validate", summary: "By a schema.", fields: [schema], shorthand: "schema")),
            TypeDescription(
                .step, "enrich",
                FieldTable("enrich", summary: "Asks.", fields: [service, lookupField, into, onMissing]), waits: true),
            TypeDescription(
                .step, "route", FieldTable("route", summary: "Chooses.", fields: [field, routes, otherwise]),
                endsFlow: true),
            TypeDescription(.step, "log", nothing),
            TypeDescription(.service, "table", FieldTable("table", summary: "A file.", fields: [path, key])),
            TypeDescription(
                .codec, "json",
                FieldTable("json", summary: "JSON.", fields: [Field<PathValue?>.optional("schema", .path, "")])),
        ])
        HTTPConfiguration.register(in: &catalog)
        PostgresConfiguration.register(in: &catalog)
        RabbitMQConfiguration.register(in: &catalog)
        catalog.register(contentsOf: MQTTConfiguration.types)
        catalog.register(contentsOf: GRPCConfiguration.types)
        catalog.register(contentsOf: AWSConfiguration.types)
        return catalog
    }()

    static func loader(_ variables: [String: String] = [:]) -> ConfigurationLoader {
        ConfigurationLoader(catalog: catalog, environment: ConfigurationEnvironment(variables: variables))
    }

    static func load(_ text: String, _ variables: [String: String] = [:], set: [String] = []) -> LoadedConfiguration {
        loader(variables).load(text: text, overrides: set)
    }

    /// The folder of golden data.
    static var golden: String {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return parts.joined(separator: "/") + "/Golden"
    }
}
