/// What makes the parts of a flow from their configuration may ask for.
///
/// Implemented by whoever lowers a configuration; a maker opens nothing.
public protocol MakerContext {
    /// The mapping of a named template.
    func template(_ name: NameReference) throws(IntegrationError) -> ConfigurationNode
    /// The text of a named schema, and where it stands.
    func schema(_ name: NameReference) throws(IntegrationError) -> NamedText
    /// Every JSON Schema that the configuration declares; a schema may refer to any of them.
    var schemas: [DeclaredSchema] { get }
    /// The codec that `format:` names.
    func codec(_ name: String, _ options: CodecOptions) throws(IntegrationError) -> any Codec
    /// The name under which the engine opens a destination.
    func name(of destination: DestinationDeclaration) throws(IntegrationError) -> String
    /// The name under which the engine opens the destination that is being made; one that is wrapped has that of its
    /// wrapper. Empty for everything else.
    var destinationName: String { get }
    /// A destination to be wrapped by another.
    func make(_ destination: DestinationDeclaration) throws(IntegrationError) -> any Destination
    /// A destination that hands messages to another flow and waits.
    func call(_ flow: NameReference) throws(IntegrationError) -> any Destination
    /// A source that reads an embedded queue.
    func source(_ queue: QueueReading) throws(IntegrationError) -> any Source
    /// A destination that puts messages into an embedded queue.
    func queue(_ name: NameReference) throws(IntegrationError) -> any Destination
    /// The connection options that an endpoint works with.
    func connection(of endpoint: EndpointDeclaration) throws(IntegrationError) -> Connection
    /// What all who ask for the same key share, such as the pool of a connector's connections; made by the first.
    func shared<Value: Sendable>(
        _ key: String, _ make: () throws(IntegrationError) -> Value
    ) throws(IntegrationError) -> Value
    /// A text with `{{ expression }}` in it.
    func text(_ template: TemplateString) throws(IntegrationError) -> any MessageText
    /// JSON or a text with `{{ expression }}` in it.
    func body(_ body: ConfigurationNode) throws(IntegrationError) -> any MessageBody
    /// Notes that something needs the engine's store; where none is configured it lives in memory.
    func useStore()
    /// Whether the configuration says where things are stored.
    var hasStorage: Bool { get }
    /// Variables that expressions may read as `$env`.
    var environment: [String: String] { get }
}

/// The connection options of an endpoint.
public struct Connection: Sendable {
    /// The connector's name, or one of its own where the options stand in the endpoint itself: endpoints with the same
    /// name share what they open.
    public var name: String
    public var configuration: TypedConfiguration

    public init(name: String, configuration: TypedConfiguration) {
        self.name = name
        self.configuration = configuration
    }

    public var fields: DecodedFields { configuration.fields }
}

/// How an embedded queue is read.
public struct QueueReading: Sendable {
    public var queue: NameReference
    /// Most messages in a delivery.
    public var batchSize: Int
    /// How long a message is kept from others; extended while work goes on.
    public var visibilityTimeout: Duration
    /// How many deliveries are worked on at once; nil leaves it to the flow.
    public var concurrency: Int?

    public init(queue: NameReference, batchSize: Int, visibilityTimeout: Duration, concurrency: Int?) {
        self.queue = queue
        self.batchSize = batchSize
        self.visibilityTimeout = visibilityTimeout
        self.concurrency = concurrency
    }
}

/// A text that a configuration names, such as a schema.
public struct NamedText: Sendable {
    public var name: String
    public var text: [UInt8]
    /// The file it stands in, or where in the configuration.
    public var place: String
    /// The file that it was read from; nil for what stands in the configuration.
    public var file: String?

    public init(name: String, text: [UInt8], place: String, file: String? = nil) {
        self.name = name
        self.text = text
        self.place = place
        self.file = file
    }
}

/// A version of a schema that a configuration declares.
public struct DeclaredSchema: Sendable {
    /// Every name that it goes by: `order@2`, and for the latest one `order@latest` and `order` too.
    public var names: [String]
    /// The file that it is read from; nil for one that stands in the configuration.
    public var file: String?
    /// Its text, or why that can't be had.
    public var text: @Sendable () throws(IntegrationError) -> NamedText

    public init(
        names: [String], file: String?, text: @escaping @Sendable () throws(IntegrationError) -> NamedText
    ) {
        self.names = names
        self.file = file
        self.text = text
    }

    /// Texts that a program has, by the names under which flows find them; in the order of the names.
    public static func list(_ texts: [String: NamedText]) -> [DeclaredSchema] {
        texts.sorted { $0.key < $1.key }.map { name, text in
            DeclaredSchema(names: [name], file: text.file) { () throws(IntegrationError) in text }
        }
    }
}

/// What formats can be told.
public struct CodecOptions: Sendable {
    /// One byte between the fields of a record.
    public var delimiter: UInt8?
    /// Names of the fields of records without a header.
    public var columns: [String]?

    public init(delimiter: UInt8? = nil, columns: [String]? = nil) {
        self.delimiter = delimiter
        self.columns = columns
    }
}

/// A step as written: its name and the options of its type.
public struct StepConfiguration: Sendable {
    public var name: String
    public var fields: DecodedFields

    public init(name: String, fields: DecodedFields) {
        self.name = name
        self.fields = fields
    }
}

/// Turns configurations into the things they describe, by type name.
public struct Makers: Sendable {
    public typealias MakeSource =
        @Sendable (EndpointDeclaration, any MakerContext) throws(IntegrationError) -> any Source
    public typealias MakeDestination =
        @Sendable (EndpointDeclaration, any MakerContext) throws(IntegrationError) -> any Destination
    public typealias MakeLookup =
        @Sendable (EndpointDeclaration, any MakerContext) throws(IntegrationError) -> any Lookup
    public typealias MakeStep =
        @Sendable (StepConfiguration, any MakerContext) throws(IntegrationError) -> any StepDefinition
    public typealias MakeProbe =
        @Sendable (Connection, any MakerContext) throws(IntegrationError) -> any ConnectorProbe
    /// The last parameter holds the variables that expressions may read as `$env`.
    public typealias MakeText =
        @Sendable (TemplateString, [String: String]) throws(IntegrationError) -> any MessageText
    public typealias MakeBody =
        @Sendable (ConfigurationNode, [String: String]) throws(IntegrationError) -> any MessageBody
    public typealias MakeCodec = @Sendable (CodecOptions) throws(IntegrationError) -> any Codec

    public internal(set) var sources: [String: MakeSource] = [:]
    public internal(set) var destinations: [String: MakeDestination] = [:]
    public internal(set) var lookups: [String: MakeLookup] = [:]
    public internal(set) var steps: [String: MakeStep] = [:]
    public internal(set) var codecs: [String: MakeCodec] = [:]
    public internal(set) var probes: [String: MakeProbe] = [:]
    /// Compile texts and bodies with expressions in them; nil where no expression language is registered.
    public internal(set) var text: MakeText?
    public internal(set) var body: MakeBody?
    /// Makes the key that an expression gives; nil where no expression language is registered.
    public internal(set) var key: (@Sendable (String) -> any MessageKeyDefinition)?
}

extension Catalog {
    /// Adds a source type: its description and what makes it.
    ///
    /// - Parameter connector: the type of connector that it works through; so for all endpoints.
    public mutating func register(
        source name: String, _ table: FieldTable, connector: String? = nil, make: @escaping Makers.MakeSource
    ) {
        register(TypeDescription(.source, name, table, connector: connector))
        makers.sources[name] = make
    }

    /// Adds a destination type: its description and what makes it.
    public mutating func register(
        destination name: String, _ table: FieldTable, connector: String? = nil,
        make: @escaping Makers.MakeDestination
    ) {
        register(TypeDescription(.destination, name, table, connector: connector))
        makers.destinations[name] = make
    }

    /// Adds a service type that lookups go to: its description and what makes it.
    public mutating func register(
        service name: String, _ table: FieldTable, connector: String? = nil, make: @escaping Makers.MakeLookup
    ) {
        register(TypeDescription(.service, name, table, connector: connector))
        makers.lookups[name] = make
    }

    /// Adds a connector type: its description and what makes its probe.
    public mutating func register(connector name: String, _ table: FieldTable, probe: @escaping Makers.MakeProbe) {
        register(TypeDescription(.connector, name, table))
        makers.probes[name] = probe
    }

    /// Adds a step type: its description and what makes it.
    ///
    /// - Parameters:
    ///   - endsFlow: whether a flow that ends with it needs no destination.
    ///   - waits: whether it waits for something else, such as a service, so that `timeout` and `concurrency` mean
    ///     something.
    ///   - outcome: what it leaves of a message's body.
    public mutating func register(
        step name: String, _ table: FieldTable, endsFlow: Bool = false, waits: Bool = false,
        outcome: StepOutcome = .changed, make: @escaping Makers.MakeStep
    ) {
        register(TypeDescription(.step, name, table, endsFlow: endsFlow, waits: waits, outcome: outcome))
        makers.steps[name] = make
    }

    /// Sets the language of expressions that give messages their keys.
    public mutating func register(keys make: @escaping @Sendable (String) -> any MessageKeyDefinition) {
        makers.key = make
    }

    /// Sets the language of expressions in texts and bodies.
    public mutating func register(text: @escaping Makers.MakeText, body: @escaping Makers.MakeBody) {
        makers.text = text
        makers.body = body
    }

    /// Adds a format.
    public mutating func register(codec name: String, _ table: FieldTable, make: @escaping Makers.MakeCodec) {
        register(TypeDescription(.codec, name, table))
        makers.codecs[name] = make
    }
}
