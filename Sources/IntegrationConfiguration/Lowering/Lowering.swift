internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationResilience
internal import IntegrationServices
internal import IntegrationStore

/// Makes flows from their declarations, and collects the destinations that they name.
final class Lowering: MakerContext {
    let document: ConfigurationDocument
    let catalog: Catalog
    let environment: [String: String]
    let directory: FlowDirectory
    let storage: Storage
    /// Where endpoints of services are registered at run time.
    let registry: ServiceRegistry
    /// Whether something needs the store, be it configured or not.
    private(set) var usesStore = false
    /// Flows that others hand messages over to.
    private(set) var handovers: Set<String> = []
    private(set) var destinations: [String: any Destination] = [:]
    /// The guards of the connectors that endpoints go through.
    private(set) var connectors: ConnectorDirectory
    /// What inline destinations are named after.
    private var flowName = ""
    private var inlineCount = 0
    private(set) var destinationName = ""
    /// By the keys under which makers share them.
    private var sharedThings: [String: any Sendable] = [:]
    /// The types of what was made since it was taken last.
    private var made: Set<TypeName> = []
    private var madeFor: [String: Set<TypeName>] = [:]
    /// What endpoints that were made find out about the connectors that they go through.
    private(set) var checks: [ConnectorCheck] = []
    /// What is being made, for `checks`.
    private var subject = ""

    init(
        document: ConfigurationDocument, catalog: Catalog, environment: [String: String], directory: FlowDirectory,
        storage: Storage, connectors: ConnectorDirectory, registry: ServiceRegistry
    ) {
        self.document = document
        self.catalog = catalog
        self.environment = environment
        self.directory = directory
        self.storage = storage
        self.connectors = connectors
        self.registry = registry
    }

    /// The types of what was made since the last call, of named destinations that were made before included.
    func takeMade() -> Set<TypeName> {
        defer { made = [] }
        return made
    }

    // MARK: Flows

    func flow(_ named: Named<FlowConfiguration>) throws(IntegrationError) -> Flow {
        let configuration = named.value
        flowName = named.name
        inlineCount = 0
        subject = "flow \(named.name)"
        var flow = Flow(name: named.name, summary: configuration.description ?? "")
        for (index, source) in configuration.sources.enumerated() {
            let name = configuration.sources.count == 1 ? "source" : "source-\(index + 1)"
            flow.sources.append(Flow.Entry(name, try self.source(source)))
        }
        for step in configuration.steps { flow.steps.append(try self.step(step)) }
        if let destination = configuration.destination { flow.destination = try name(of: destination) }
        flow.errorHandling = try errorHandling(configuration.errorHandling)
        flow.version = configuration.version
        flow.environment = environment
        flow.recording = configuration.monitoring.recording ?? document.monitoring.recording
        switch configuration.ordering {
        case .none: flow.ordering = .none
        case .source: flow.ordering = .source
        case .key(let expression):
            guard let make = catalog.makers.key else {
                throw IntegrationError(.cannotBuild, "`ordering: {key: …}` needs an expression language")
            }
            flow.ordering = .key(make(expression.text))
        }
        return flow
    }

    private func source(_ declaration: EndpointDeclaration) throws(IntegrationError) -> any Source {
        made.insert(TypeName(declaration.type))
        guard let make = catalog.makers.sources[declaration.type.name] else {
            throw notBuilt(declaration.type, declaration.span)
        }
        let source = try located(declaration.span) { () throws(IntegrationError) in try make(declaration, self) }
        note(source, declaration)
        guard let batch = declaration.batch else { return source }
        return BatchingSource(source, count: batch.count, bytes: batch.bytes.bytes, linger: batch.linger)
    }

    private func step(_ declaration: StepDeclaration) throws(IntegrationError) -> any StepDefinition {
        let type = declaration.configuration.type
        made.insert(TypeName(type))
        guard let make = catalog.makers.steps[type.name] else { throw notBuilt(type, declaration.configuration.span) }
        let configuration = StepConfiguration(name: declaration.name, fields: declaration.configuration.fields)
        let step = try located(declaration.configuration.span) { () throws(IntegrationError) in
            try make(configuration, self)
        }
        guard declaration.timeout != nil || declaration.concurrency != nil else { return step }
        return LimitedStep(step, timeout: declaration.timeout, concurrency: declaration.concurrency)
    }

    func lookup(_ service: Named<EndpointDeclaration>) throws(IntegrationError) -> any Lookup {
        made.insert(TypeName(service.value.type))
        guard let make = catalog.makers.lookups[service.value.type.name] else {
            throw notBuilt(service.value.type, service.span)
        }
        subject = "service \(service.name)"
        return try located(service.span) { () throws(IntegrationError) in
            let lookup = try make(service.value, self)
            note(lookup, service.value)
            return try guarding(service.value).map { lookup.guarded(by: $0) } ?? lookup
        }
    }

    private func errorHandling(
        _ configuration: ErrorHandlingConfiguration
    ) throws(IntegrationError) -> ErrorHandling {
        var handling = ErrorHandling(
            maximumAttempts: configuration.policy == .dlq ? 1 : configuration.retry.maxAttempts,
            backoff: Backoff(configuration.retry), brake: Brake(configuration.brake))
        if let classes = configuration.retry.retryOn {
            handling.retryOn = Set(classes.map { ErrorHandling.RetryOn($0) })
        }
        switch configuration.policy {
        case .retryThenDLQ, .dlq: handling.exhausted = .deadLetter
        case .retryThenStop: handling.exhausted = .stop
        case .retryThenDrop: handling.exhausted = .drop
        }
        guard let dlq = configuration.dlq else { return handling }
        handling.deadLetters = try name(of: dlq)
        return handling
    }

    // MARK: What makers ask for

    func name(of destination: DestinationDeclaration) throws(IntegrationError) -> String {
        switch destination {
        case .named(let reference):
            if document.provided.destinations[reference.name] != nil { return reference.name }
            if destinations[reference.name] == nil {
                let before = takeMade()
                let user = subject
                subject = "destination \(reference.name)"
                defer { subject = user }
                destinations[reference.name] = try make(destination, named: reference.name)
                madeFor[reference.name] = made
                made.formUnion(before)
            }
            made.formUnion(madeFor[reference.name] ?? [])
            return reference.name
        case .inline:
            inlineCount += 1
            let name = "\(flowName)/\(inlineCount)"
            destinations[name] = try make(destination, named: name)
            return name
        }
    }

    private func make(
        _ destination: DestinationDeclaration, named name: String
    ) throws(IntegrationError) -> any Destination {
        let outer = destinationName
        destinationName = name
        defer { destinationName = outer }
        return try make(destination)
    }

    func make(_ destination: DestinationDeclaration) throws(IntegrationError) -> any Destination {
        switch destination {
        case .inline(let endpoint): return try make(endpoint)
        case .named(let reference):
            if let provided = document.provided.destinations[reference.name] { return provided }
            if document.names.resolve(reference) == .destination,
                let declared = document.destinations.first(where: { $0.name == reference.name })
            {
                return try make(declared.value)
            }
            switch document.names.resolve(reference) {
            case .queue: return queue(reference)
            case .flow: return handOver(to: reference)
            default: break
            }
            let kind = document.names.resolve(reference)?.rawValue ?? "destination"
            throw IntegrationError(
                .cannotBuild, "the \(kind) `\(reference.name)` can't be sent to in this build",
                component: reference.span.location.description)
        }
    }

    private func make(_ endpoint: EndpointDeclaration) throws(IntegrationError) -> any Destination {
        made.insert(TypeName(endpoint.type))
        guard let make = catalog.makers.destinations[endpoint.type.name] else {
            throw notBuilt(endpoint.type, endpoint.span)
        }
        return try located(endpoint.span) { () throws(IntegrationError) in
            let destination = try make(endpoint, self)
            note(destination, endpoint)
            return try guarding(endpoint).map { GuardedDestination(destination, by: $0) } ?? destination
        }
    }

    // MARK: The store

    func useStore() { usesStore = true }

    var hasStorage: Bool { document.storage != nil }

    func queue(_ name: NameReference) -> any Destination {
        usesStore = true
        return QueueDestination(QueueName(name.name), in: storage)
    }

    func source(_ reading: QueueReading) -> any Source {
        usesStore = true
        return QueueSource(
            QueueName(reading.queue.name), in: storage, batchSize: reading.batchSize,
            visibilityTimeout: reading.visibilityTimeout, concurrency: reading.concurrency)
    }

    /// `destination: FLOW`: through a queue of its own, which that flow reads.
    private func handOver(to flow: NameReference) -> any Destination {
        usesStore = true
        handovers.insert(flow.name)
        return QueueDestination(.handover(to: flow.name), in: storage)
    }

    /// The source by which a flow gets what others hand over to it.
    func handover(to flow: String) -> Flow.Entry {
        Flow.Entry("handover", QueueSource(.handover(to: flow), in: storage))
    }

    // MARK: Connectors

    func connection(of endpoint: EndpointDeclaration) throws(IntegrationError) -> Connection {
        switch endpoint.connection {
        case .inline(let configuration):
            return Connection(name: endpoint.span.location.description, configuration: configuration)
        case .named(let reference):
            guard let declared = document.connectors.first(where: { $0.name == reference.name }) else {
                throw IntegrationError(.cannotBuild, "there is no connector named `\(reference.name)`")
            }
            return Connection(name: reference.name, configuration: declared.value)
        case nil:
            throw IntegrationError(
                .cannotBuild, "the \(endpoint.type.name) \(endpoint.type.kind.rawValue) has no connector")
        }
    }

    private func note(_ made: any Sendable, _ endpoint: EndpointDeclaration) {
        guard let check = made as? any EndpointCheck, case .named(let connector)? = endpoint.connection else { return }
        let place = subject.hasPrefix("flow ") ? "\(subject), \(endpoint.type.kind.rawValue)" : subject
        checks.append(
            ConnectorCheck(connector: connector.name, subject: place) { context throws(IntegrationError) in
                try await check.check(in: context)
            })
    }

    /// The guard of the connector that an endpoint goes through, shared by all who name it; nil for types without.
    private func guarding(_ endpoint: EndpointDeclaration) throws(IntegrationError) -> EndpointGuard? {
        guard endpoint.connection != nil else { return nil }
        let connection = try connection(of: endpoint)
        return connectors.guarding(connection.name, GuardOptions(connection.fields))
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
        guard let compile = catalog.makers.text else { throw noLanguage(template.text) }
        return try compile(template, environment)
    }

    func body(_ body: ConfigurationNode) throws(IntegrationError) -> any MessageBody {
        guard let compile = catalog.makers.body else { throw noLanguage("a body") }
        return try compile(body, environment)
    }

    private func noLanguage(_ what: String) -> IntegrationError {
        IntegrationError(.cannotBuild, "`\(what)` needs an expression language, and none is registered")
    }

    func call(_ flow: NameReference) -> any Destination { CallDestination(flow.name, in: directory) }

    func template(_ name: NameReference) throws(IntegrationError) -> ConfigurationNode {
        if let provided = document.provided.templates[name.name] { return provided }
        guard let found = document.templates.first(where: { $0.name == name.name }) else {
            throw IntegrationError(.cannotBuild, "there is no template named `\(name.name)`")
        }
        return found.value.mapping
    }

    func schema(_ name: NameReference) throws(IntegrationError) -> NamedText { try document.schemaText(name.name) }

    var schemas: [DeclaredSchema] { document.declaredSchemas(.jsonSchema) }

    func codec(_ name: String, _ options: CodecOptions) throws(IntegrationError) -> any Codec {
        guard let make = catalog.makers.codecs[name] else {
            throw IntegrationError(
                .cannotBuild, "there is no format `\(name)`",
                remedy: "Use one of: \(catalog.makers.codecs.keys.sorted().joined(separator: ", ")).")
        }
        made.insert(TypeName(.codec, name))
        return try make(options)
    }

    // MARK: Errors

    private func notBuilt(_ type: TypeDescription, _ span: SourceSpan) -> IntegrationError {
        IntegrationError(
            .cannotBuild, "the \(type.kind.rawValue) type `\(type.name)` is not in this build",
            component: span.location.description)
    }

    /// Adds the place in the configuration to errors that have none.
    func located<R>(
        _ span: SourceSpan, _ body: () throws(IntegrationError) -> R
    ) throws(IntegrationError) -> R {
        do {
            return try body()
        } catch {
            var error = error
            if error.component == nil { error.component = span.location.description }
            throw error
        }
    }
}

extension Brake {
    init(_ configuration: BrakeConfiguration) { self.init(failed: configuration.failed, of: configuration.of) }
}
