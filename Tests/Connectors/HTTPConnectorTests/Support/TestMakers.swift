import HTTPConnector
import IntegrationCore
import IntegrationTransforms

/// Makes endpoints of type http as the engine does, out of configuration that is written in Swift.
final class TestMakers: MakerContext {
    static let catalog: Catalog = {
        var catalog = Catalog()
        catalog.languages = .standard
        catalog.registerSteps()
        HTTPConfiguration.register(in: &catalog)
        return catalog
    }()

    private var sharedThings: [String: any Sendable] = [:]
    private let connector: TypedConfiguration?

    /// - Parameter connector: what `{connector: rest}` stands for.
    init(connector node: ConfigurationNode? = nil) throws {
        guard let node, let type = Self.catalog[.connector, "http"] else {
            connector = nil
            return
        }
        var context = DecodingContext(catalog: Self.catalog)
        let fields = type.table.decode(node, &context)
        connector =
            try fields.map { TypedConfiguration(type: type, fields: $0, span: .none) }
            ?? { throw Mistakes(context.diagnostics) }()
    }

    /// What the linter has to say against a configuration.
    struct Mistakes: Error, CustomStringConvertible {
        let description: String

        init(_ diagnostics: Diagnostics) {
            description = diagnostics.all.map { "\($0.code) \($0.message)" }.joined(separator: "\n")
        }
    }

    func declaration(_ node: ConfigurationNode, _ kind: TypeDescription.Kind) throws -> EndpointDeclaration {
        var context = DecodingContext(catalog: Self.catalog, connectorTypes: ["rest": "http"])
        guard let declaration = context.endpoint(node, kind: kind) else { throw Mistakes(context.diagnostics) }
        return declaration
    }

    func destination(_ node: ConfigurationNode) throws -> any Destination {
        guard let make = Self.catalog.makers.destinations["http"] else { throw unneeded }
        return try make(try declaration(node, .destination), self)
    }

    func lookup(_ node: ConfigurationNode) throws -> any Lookup {
        guard let make = Self.catalog.makers.lookups["http"] else { throw unneeded }
        return try make(try declaration(node, .service), self)
    }

    func probe() throws -> any ConnectorProbe {
        guard let make = Self.catalog.makers.probes["http"], let connector else { throw unneeded }
        return try make(Connection(name: "rest", configuration: connector), self)
    }

    // MARK: MakerContext

    private let unneeded = IntegrationError(.cannotBuild, "endpoints of type http don't ask for this")

    func template(_ name: NameReference) throws(IntegrationError) -> ConfigurationNode { throw unneeded }
    func schema(_ name: NameReference) throws(IntegrationError) -> NamedText { throw unneeded }
    var schemas: [DeclaredSchema] { [] }
    func codec(_ name: String, _ options: CodecOptions) throws(IntegrationError) -> any Codec { throw unneeded }
    func name(of destination: DestinationDeclaration) throws(IntegrationError) -> String { throw unneeded }
    func make(_ destination: DestinationDeclaration) throws(IntegrationError) -> any Destination { throw unneeded }
    func call(_ flow: NameReference) throws(IntegrationError) -> any Destination { throw unneeded }
    func source(_ queue: QueueReading) throws(IntegrationError) -> any Source { throw unneeded }
    func queue(_ name: NameReference) throws(IntegrationError) -> any Destination { throw unneeded }
    func useStore() {}
    var hasStorage: Bool { false }
    var environment: [String: String] { [:] }

    func connection(of endpoint: EndpointDeclaration) throws(IntegrationError) -> Connection {
        switch endpoint.connection {
        case .inline(let configuration): return Connection(name: "inline", configuration: configuration)
        case .named(let reference):
            guard let connector else { throw unneeded }
            return Connection(name: reference.name, configuration: connector)
        case nil: throw unneeded
        }
    }

    func shared<Value: Sendable>(
        _ key: String, _ make: () throws(IntegrationError) -> Value
    ) throws(IntegrationError) -> Value {
        if let known = sharedThings[key] as? Value { return known }
        let made = try make()
        sharedThings[key] = made
        return made
    }

    func text(_ template: TemplateString) throws(IntegrationError) -> any MessageText {
        guard let compile = Self.catalog.makers.text else { throw unneeded }
        return try compile(template, environment)
    }

    func body(_ body: ConfigurationNode) throws(IntegrationError) -> any MessageBody {
        guard let compile = Self.catalog.makers.body else { throw unneeded }
        return try compile(body, environment)
    }
}
