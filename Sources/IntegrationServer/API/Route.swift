internal import IntegrationCore
internal import IntegrationDocument

/// One thing that the API can do: where, for whom, what it takes, what it answers, and what does it.
struct Route: Sendable {
    /// What stands in the body of a request.
    enum Content: Sendable {
        /// Nothing; every field stands in the path or the query.
        case none
        /// A JSON object of the fields that are not in the path.
        case fields
        /// Bytes that are taken as they are; fields stand in the path or the query.
        case bytes
    }

    let method: AdminMethod
    /// `/v1/flows/{name}`: a word in braces is a field of the request.
    let pattern: [String]
    let role: AdminRole
    let summary: String
    let content: Content
    let request: FieldTable
    let answer: AnswerSchema?
    private let handle: @Sendable (DecodedFields, [UInt8], AdminServices) async throws(IntegrationError) -> AdminAnswer

    /// - Parameter handle: gets the decoded request, and the bytes of the body where `content` is `bytes`.
    init<Request: Configurable, Result: Answer>(
        _ method: AdminMethod, _ path: String, for role: AdminRole, content: Content = .none, _ summary: String,
        handle: @escaping @Sendable (Request, [UInt8], AdminServices) async throws(IntegrationError) -> Result
    ) {
        self.method = method
        pattern = path.split(separator: "/").map(String.init)
        self.role = role
        self.summary = summary
        self.content = content
        request = Request.table
        answer = AnswerSchema(Result.self)
        self.handle = { fields, body, services throws(IntegrationError) in
            AdminAnswer(try await handle(Request(fields), body, services))
        }
    }

    /// A route that answers with JSON of another form.
    init(
        _ method: AdminMethod, _ path: String, for role: AdminRole, _ summary: String,
        document: @escaping @Sendable () -> ConfigurationNode
    ) {
        self.method = method
        pattern = path.split(separator: "/").map(String.init)
        self.role = role
        self.summary = summary
        content = .none
        request = NoConfiguration.table
        answer = nil
        handle = { _, _, _ throws(IntegrationError) in
            AdminAnswer(status: 200, body: Array((document().json + "\n").utf8))
        }
    }

    /// `/v1/flows/{name}`.
    var path: String { "/" + pattern.joined(separator: "/") }

    /// The values of the words in braces; nil where the path is another one.
    func match(_ segments: [String]) -> [(name: String, value: String)]? {
        guard segments.count == pattern.count else { return nil }
        var values: [(name: String, value: String)] = []
        for (part, segment) in zip(pattern, segments) {
            if let name = Self.parameter(part) {
                values.append((name, segment))
            } else if part != segment {
                return nil
            }
        }
        return values
    }

    static func parameter(_ part: String) -> String? {
        part.hasPrefix("{") && part.hasSuffix("}") ? String(part.dropFirst().dropLast()) : nil
    }

    /// The fields that stand in the path.
    var pathParameters: [String] { pattern.compactMap(Self.parameter) }

    func answer(
        _ request: AdminRequest, path: [(name: String, value: String)], query: [(name: String, value: String)],
        _ services: AdminServices
    ) async throws(IntegrationError) -> AdminAnswer {
        let decoded = try decode(request, path: path, query: query)
        return try await handle(decoded, content == .bytes ? request.body : [], services)
    }

    private func decode(
        _ request: AdminRequest, path: [(name: String, value: String)], query: [(name: String, value: String)]
    ) throws(IntegrationError) -> DecodedFields {
        // A segment is a text whatever it looks like, a query's value may be a number.
        var entries = path.map { ConfigurationMapping.Entry(key: $0.name, value: .string($0.value)) }
        entries += query.map { ConfigurationMapping.Entry(key: $0.name, value: .plain($0.value)) }
        if content == .fields, !request.body.isEmpty {
            entries += try JSONFields.entries(of: request.body)
        } else if content == .none, !request.body.isEmpty {
            throw IntegrationError(
                .requestInvalid, "\(method.rawValue) \(self.path) takes no body",
                remedy: "Leave the body out; fields stand in the query, such as `?limit=10`.")
        }
        if let twice = Dictionary(grouping: entries, by: \.key).first(where: { $0.value.count > 1 }) {
            throw IntegrationError(.requestInvalid, "`\(twice.key)` is given more than once")
        }
        var context = DecodingContext()
        let node = ConfigurationNode.Content.mapping(ConfigurationMapping(entries))
        let decoded = context.speaking(of: "\(method.rawValue) \(self.path)") {
            self.request.decode(ConfigurationNode(node), &$0)
        }
        if let decoded { return decoded }
        let problems = context.diagnostics.sorted.filter { $0.severity == .error }.map { problem in
            problem.message + (problem.help.map { " (\($0))" } ?? "")
        }
        throw IntegrationError(.requestInvalid, problems.joined(separator: "; "))
    }
}

/// The members of a JSON object as fields to decode.
enum JSONFields {
    /// - Parameter name: what messages call it.
    static func entries(
        of bytes: [UInt8], called name: String = "the body"
    ) throws(IntegrationError) -> [ConfigurationMapping.Entry] {
        let document: Document
        do {
            document = try Document(bytes)
        } catch {
            throw IntegrationError(
                .requestInvalid, "\(name) is not JSON: \(error.reason.rawValue)",
                path: "line \(error.line), column \(error.column)")
        }
        let node: ConfigurationNode = document.withRoot { value(of: $0) }
        if let entries = node.mapping?.entries { return entries }
        throw IntegrationError(.requestInvalid, "\(name) must be a JSON object, not \(node.kindPhrase)")
    }

    private static func value(of view: View) -> ConfigurationNode {
        switch view.kind {
        case .object:
            .mapping(view.members.map { ($0.name, value(of: $0.value)) })
        case .array: .sequence(view.elements.map { value(of: $0) })
        case .string, .escapedString: .string(view.string ?? "")
        default: .plain(String(decoding: view.word.isNumber ? Array(view.rawBytes) : literal(view), as: UTF8.self))
        }
    }

    private static func literal(_ view: View) -> [UInt8] {
        Array((view.bool.map { $0 ? "true" : "false" } ?? "null").utf8)
    }
}
