internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// A request with `{{ expression }}` in it, compiled: filled in for each message, or for the keys of a lookup.
struct RequestTemplate: Sendable {
    struct Entry: Sendable {
        let name: String
        let text: any MessageText
    }

    let method: String
    private let path: any MessageText
    private let query: [Entry]
    private let headers: [Entry]
    /// Nil: whoever sends decides about the body.
    let body: (any MessageBody)?

    init(
        method: HTTPConfiguration.Method, path: TemplateString, query: [Named<TemplateString>],
        headers: [Named<TemplateString>], body: ConfigurationNode?, _ context: any MakerContext
    ) throws(IntegrationError) {
        self.method = method.rawValue
        self.path = try context.text(path)
        self.query = try Self.entries(query, context)
        self.headers = try Self.headers(headers, context)
        self.body = try body.map { node throws(IntegrationError) in try context.body(node) }
    }

    static func entries(
        _ entries: [Named<TemplateString>], _ context: any MakerContext
    ) throws(IntegrationError) -> [Entry] {
        var all: [Entry] = []
        for entry in entries { all.append(Entry(name: entry.name, text: try context.text(entry.value))) }
        return all
    }

    /// Headers; their names and what stands in them for good is checked here.
    static func headers(
        _ entries: [Named<TemplateString>], _ context: any MakerContext
    ) throws(IntegrationError) -> [Entry] {
        for entry in entries where !HeaderName.isSettable(entry.name) {
            throw IntegrationError(
                .cannotBuild,
                HeaderName.isToken(entry.name)
                    ? "the header `\(entry.name)` is set by the client itself" : "`\(entry.name)` is no header's name",
                component: entry.span.location.description, remedy: "Take the header out.")
        }
        return try Self.entries(entries, context)
    }

    /// Whether nothing of it comes from messages or keys.
    var isConstant: Bool {
        body == nil && path.constant != nil && (query + headers).allSatisfy { $0.text.constant != nil }
    }

    /// Fills it in.
    ///
    /// - Throws: what expressions throw; `httpRequestInvalid` for a value that can't stand in a header.
    func request(_ base: HTTPAddress, _ input: inout TextInput) throws(IntegrationError) -> HTTPRequest {
        var address = base.appending(path: try path.string(&input, encoding: .pathSegment))
        for entry in query { address.add(query: entry.name, try entry.text.string(&input, encoding: .plain)) }
        var request = HTTPRequest(method, address)
        try Self.add(headers, to: &request.headers, &input)
        if let body {
            var out = OutputBuffer(capacity: 512)
            try body.write(&input, to: &out)
            request.body = out.withBytes { ByteBuffer(bytes: $0) }
            request.headers.setWhereMissing(
                "content-type", body.isJSON ? "application/json" : "text/plain; charset=utf-8")
        }
        return request
    }

    static func add(
        _ entries: [Entry], to headers: inout HTTPHeaders, _ input: inout TextInput
    ) throws(IntegrationError) {
        for entry in entries {
            try headers.set(entry.name, try entry.text.string(&input, encoding: .plain))
        }
    }
}

extension HTTPHeaders {
    /// Sets a header, whatever it was before.
    ///
    /// - Throws: `httpRequestInvalid` for a value with a line break or another control character.
    mutating func set(_ name: String, _ value: String) throws(IntegrationError) {
        guard HeaderName.isValue(value) else {
            throw IntegrationError(
                .httpRequestInvalid,
                "the header `\(name)` would hold a line break or another control character, which no header may hold")
        }
        replaceOrAdd(name: name, value: value)
    }

    mutating func setWhereMissing(_ name: String, _ value: String) {
        if !contains(name: name) { add(name: name, value: value) }
    }
}
