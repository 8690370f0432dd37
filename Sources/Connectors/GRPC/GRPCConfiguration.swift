public import IntegrationCore

/// Everything about gRPC that a configuration can say: connector, destination, server source, service.
public enum GRPCConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "grpc", connector, isBuilt: false),
        TypeDescription(.source, "grpc", source, isBuilt: false),
        TypeDescription(.destination, "grpc", destination, isBuilt: false, connector: "grpc"),
        TypeDescription(.service, "grpc", service, isBuilt: false, connector: "grpc"),
    ]

    // MARK: Connector

    static let serviceName = Field<String?>.optional(
        "service", .string, "The service in the .proto file, as `package.Service`; by default its only one.")
    static let protoFile = Field<PathValue>.required("proto_file", .path, "The .proto file; no code is generated.")
    static let importPaths = Field<[PathValue]>.defaulted(
        "import_paths", .list(of: .path), [], "Where its imports are looked for.")
    static let endpoint = Field<String>.required("endpoint", .address, "Host and port.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Whom to trust, and our own certificate.")
    static let metadata = Field<[Named<TemplateString>]>.defaulted("metadata", .headers, [], "Sent with every call.")
    static let maxMessage = Field<ByteCount>.defaulted(
        "max_message", .size, .mebibytes(4), "A larger answer is refused.")

    static let connector = FieldTable(
        "grpc connector", summary: "Calls to one gRPC server, described by a .proto file.",
        fields: [serviceName, protoFile, importPaths, endpoint, tls, metadata, maxMessage] + ConnectorFields.all,
        example: """
            type: grpc
            service: inventory
            proto_file: protos/inventory.proto
            endpoint: localhost:50051
            tls: {ca: certs/ca.crt, cert: certs/client.crt, key: certs/client.key}
            """)

    // MARK: Destination, service, source

    static let method = Field<String>.required("method", .string, "The method of the service.")
    static let request = Field<ConfigurationNode?>.optional(
        "request", .any, "The request; `{{ … }}` is filled in. By default the message itself.")

    static let destination = FieldTable(
        "grpc destination", summary: "Calls a method with each message; OK accepts it.", fields: [method, request],
        example: "{connector: inventory, method: Reserve}")

    static let service = FieldTable(
        "grpc service", summary: "Answers lookups by calls.", fields: [method, request] + ServiceFields.all,
        example: "{connector: inventory, method: Get, request: {id: \"{{ $key }}\"}}")

    static let listen = Field<String>.defaulted("listen", .address, "127.0.0.1:50051", "Where it listens.")
    static let methods = Field<[String]>.defaulted(
        "methods", .list(of: .string), [], "Which methods are served; by default all.")
    static let source = FieldTable(
        "grpc source", summary: "Serves a gRPC service; each request is one message.",
        fields: [listen, protoFile, importPaths, serviceName, methods, maxMessage, tls],
        example: "{type: grpc, listen: 127.0.0.1:50051, proto_file: protos/intake.proto}")
}
