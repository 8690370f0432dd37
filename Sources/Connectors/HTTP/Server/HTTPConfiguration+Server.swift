public import IntegrationCore
internal import NIOCore

extension HTTPConfiguration {
    /// Adds the server source.
    public static func registerServer(in catalog: inout Catalog) {
        catalog.register(source: "http", source) { declaration, context throws(IntegrationError) in
            try HTTPServerSource(declaration, context)
        }
    }
}

extension HTTPServerSource {
    /// Makes the source that a configuration describes; it opens nothing.
    ///
    /// - Throws: `cannotBuild` where something in it makes no sense, such as two sources that serve the same.
    init(_ declaration: EndpointDeclaration, _ context: any MakerContext) throws(IntegrationError) {
        typealias Fields = HTTPConfiguration
        let fields = declaration.fields
        owner = "the http source at \(declaration.span.location)"
        settings = ListenerSettings(fields)
        pattern = try RoutePattern(fields[Fields.sourcePath])
        let methods = fields[Fields.methods].map(\.rawValue)
        self.methods = methods.contains("GET") && !methods.contains("HEAD") ? methods + ["HEAD"] : methods
        rules = try RequestRules(fields)
        reply = try ReplyTemplate(fields, context)
        var keys: IdempotencyRules?
        if let key = fields[Fields.idempotencyKey] {
            keys = IdempotencyRules(key: try context.text(key), window: fields[Fields.idempotencyWindow])
        }
        self.keys = keys
        readsEvents = fields[Fields.readsEvents]
        switch fields[Fields.ack] ?? (context.hasStorage ? .stored : .settled) {
        case .stored: acknowledgement = .stored
        case .settled: acknowledgement = .answered(withResults: reply.constant == nil)
        }
        batchSize = fields[Fields.serverBatch]
        waitingLimit = fields[Fields.maxWaiting]
        concurrency = fields[Fields.concurrency]
        try checkClashes(context)
    }

    /// Everybody who listens on the same address finds the others here, before anything is opened.
    private func checkClashes(_ context: any MakerContext) throws(IntegrationError) {
        let (address, settings) = (settings.address, settings)
        let plan = try context.shared("http listener \(address)") { ListenerPlan(settings) }
        try plan.add(
            Route(pattern, methods: methods, owner: owner, rules: rules, inbox: Inbox(limit: 1)), settings)
    }
}

extension ListenerSettings {
    init(_ fields: DecodedFields) {
        typealias Fields = HTTPConfiguration
        self.init(fields[Fields.listen])
        tls = fields[Fields.serverTLS]
        maximumConnections = fields[Fields.maxServerConnections]
        maximumHeaders = fields[Fields.maxHeaders].bytes
        timeouts = ConnectionTimer.Limits(
            idle: fields[Fields.keepAlive], head: fields[Fields.headerTimeout], body: fields[Fields.bodyTimeout])
    }
}

extension RequestRules {
    init(_ fields: DecodedFields) throws(IntegrationError) {
        typealias Fields = HTTPConfiguration
        if let auth = fields[Fields.sourceAuth] {
            credentials = RequiredCredentials(auth)
            webhook = try WebhookVerifier(auth)
        }
        maximumBody = fields[Fields.maxBody].bytes
        contentTypes = fields[Fields.contentTypes].map { $0.lowercased() }
        replyTimeout = TimeAmount(fields[Fields.deadline])
        guard let cors = fields[Fields.crossOrigin] else { return }
        crossOrigin = CrossOrigin(
            origins: cors[Fields.origins], allowedHeaders: cors[Fields.allowedHeaders],
            exposedHeaders: cors[Fields.exposedHeaders], allowsCredentials: cors[Fields.allowsCredentials],
            maximumAge: Int(cors[Fields.maximumAge].components.seconds))
    }
}

extension ReplyTemplate {
    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        typealias Fields = HTTPConfiguration
        guard let reply = fields[Fields.reply] else {
            try self.init(status: try context.text("200"), headers: [], body: nil)
            return
        }
        var headers: [(name: String, value: any MessageText)] = []
        for header in reply[Fields.headers] { headers.append((header.name, try context.text(header.value))) }
        let body = try reply[Fields.body].map { body throws(IntegrationError) in try context.body(body) }
        try self.init(status: try context.text(reply[Fields.status]), headers: headers, body: body)
    }
}
