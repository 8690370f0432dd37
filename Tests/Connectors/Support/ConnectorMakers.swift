public import IntegrationCore
internal import IntegrationTransforms

/// Makes the endpoints of one type of connector as the engine does, out of configuration that is written in Swift.
open class ConnectorMakers: MakerContext {
    private let type: String
    private let name: String
    private let catalog: Catalog
    private var sharedThings: [String: any Sendable] = [:]
    private let connector: TypedConfiguration?
    public var destinationName = ""

    /// - Parameters:
    ///   - type: the connector's type, and that of its endpoints.
    ///   - name: what `connector: …` calls it.
    ///   - register: adds the types.
    ///   - node: its configuration.
    public init(
        _ type: String, named name: String, _ register: (inout Catalog) -> Void, connector node: ConfigurationNode?
    ) throws {
        var catalog = Catalog()
        catalog.languages = .standard
        catalog.registerSteps()
        register(&catalog)
        (self.type, self.name, self.catalog) = (type, name, catalog)
        guard let node, let type = catalog[.connector, type] else {
            connector = nil
            return
        }
        var context = DecodingContext(catalog: catalog)
        let fields = type.table.decode(node, &context)
        connector =
            try fields.map { TypedConfiguration(type: type, fields: $0, span: .none) }
            ?? { throw Mistakes(context.diagnostics) }()
    }

    /// What the linter has to say against a configuration.
    public struct Mistakes: Error, CustomStringConvertible {
        public let description: String

        public init(_ diagnostics: Diagnostics) {
            description = diagnostics.all.map { "\($0.code) \($0.message)" }.joined(separator: "\n")
        }
    }

    public func declaration(_ node: ConfigurationNode, _ kind: TypeDescription.Kind) throws -> EndpointDeclaration {
        var context = DecodingContext(catalog: catalog, connectorTypes: [name: type])
        guard let declaration = context.endpoint(node, kind: kind) else { throw Mistakes(context.diagnostics) }
        return declaration
    }

    /// - Parameter name: the one under which the engine would open it.
    public func destination(_ node: ConfigurationNode, named name: String = "") throws -> any Destination {
        guard let make = catalog.makers.destinations[type] else { throw unneeded }
        destinationName = name
        return try make(try declaration(node, .destination), self)
    }

    public func source(_ node: ConfigurationNode) throws -> any Source {
        guard let make = catalog.makers.sources[type] else { throw unneeded }
        return try make(try declaration(node, .source), self)
    }

    public func lookup(_ node: ConfigurationNode) throws -> any Lookup {
        guard let make = catalog.makers.lookups[type] else { throw unneeded }
        return try make(try declaration(node, .service), self)
    }

    public func probe() throws -> any ConnectorProbe {
        guard let make = catalog.makers.probes[type], let connector else { throw unneeded }
        return try make(Connection(name: name, configuration: connector), self)
    }

    // MARK: MakerContext

    private let unneeded = IntegrationError(.cannotBuild, "these endpoints don't ask for this")

    public func template(_ name: NameReference) throws(IntegrationError) -> ConfigurationNode { throw unneeded }
    public func schema(_ name: NameReference) throws(IntegrationError) -> NamedText { throw unneeded }
    public var schemas: [DeclaredSchema] { [] }
    public func codec(_ name: String, _ options: CodecOptions) throws(IntegrationError) -> any Codec { throw unneeded }
    public func name(of destination: DestinationDeclaration) throws(IntegrationError) -> String { throw unneeded }
    public func make(_ destination: DestinationDeclaration) throws(IntegrationError) -> any Destination {
        throw unneeded
    }
    public func call(_ flow: NameReference) throws(IntegrationError) -> any Destination { throw unneeded }
    public func source(_ queue: QueueReading) throws(IntegrationError) -> any Source { throw unneeded }
    public func queue(_ name: NameReference) throws(IntegrationError) -> any Destination { throw unneeded }
    public func useStore() {}
    public var hasStorage: Bool { false }
    public var environment: [String: String] { [:] }

    public func connection(of endpoint: EndpointDeclaration) throws(IntegrationError) -> Connection {
        switch endpoint.connection {
        case .inline(let configuration): return Connection(name: "inline", configuration: configuration)
        case .named(let reference):
            guard let connector else { throw unneeded }
            return Connection(name: reference.name, configuration: connector)
        case nil: throw unneeded
        }
    }

    public func shared<Value: Sendable>(
        _ key: String, _ make: () throws(IntegrationError) -> Value
    ) throws(IntegrationError) -> Value {
        if let known = sharedThings[key] as? Value { return known }
        let made = try make()
        sharedThings[key] = made
        return made
    }

    public func text(_ template: TemplateString) throws(IntegrationError) -> any MessageText {
        guard let compile = catalog.makers.text else { throw unneeded }
        return try compile(template, environment)
    }

    public func body(_ body: ConfigurationNode) throws(IntegrationError) -> any MessageBody {
        guard let compile = catalog.makers.body else { throw unneeded }
        return try compile(body, environment)
    }
}
