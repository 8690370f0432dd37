internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

/// Answers the requests of `eval --batch`, one after another.
struct BatchEvaluator {
    /// What was compiled, by its text; emptied when it is full.
    private struct Kept<Value> {
        private var values: [String: Value] = [:]

        mutating func value(_ text: String, _ make: () throws(BatchFailure) -> Value) throws(BatchFailure) -> Value {
            if let known = values[text] { return known }
            let made = try make()
            if values.count >= 1000 { values.removeAll() }
            values[text] = made
            return made
        }
    }

    private var expressions = Kept<Expression>()
    private var paths = Kept<JSONPath>()
    private var schemas = Kept<CompiledSchema>()

    /// The answer to one line; an error is an answer too.
    mutating func answer(_ line: [UInt8]) -> String {
        do throws(BatchFailure) {
            let request: Document
            do {
                request = try Document(line, policy: .lenient)
            } catch {
                throw .request("the request is not JSON: \(error)", at: error.offset)
            }
            return try request.withRoot { (root) throws(BatchFailure) in try answer(root).json }
        } catch {
            return error.json
        }
    }

    private mutating func answer(_ request: View) throws(BatchFailure) -> BatchAnswer {
        guard request.kind == .object else { throw .request("the request is not an object") }
        switch try Self.text("language", of: request) {
        case "jsonata": return try evaluate(request)
        case "jsonpath": return try select(request)
        case "template": return try map(request)
        case "json_schema": return try validate(request)
        case "json_patch": return try patch(request, .json)
        case "merge_patch": return try patch(request, .merge)
        case "json": return try parse(request)
        case "yaml": return try read(request)
        case let other:
            throw .request(
                "`language` is `\(other)`: it must be jsonata, jsonpath, template, json_schema, json_patch, merge_patch, "
                    + "json or yaml")
        }
    }

    // MARK: JSONata

    private mutating func evaluate(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let text = try Self.text("expression", of: request)
        let expression = try expressions.value(text) { () throws(BatchFailure) in
            do throws(ExpressionError) {
                return try Expression.compile(text)
            } catch {
                throw BatchFailure(error)
            }
        }
        var bindings = ExpressionBindings()
        if let given = request["bindings"] {
            for member in given.members { bindings.bind(member.key.string ?? "", member.value) }
        }
        // A program that asks is not a lane that must not be held up.
        var budget = ExpressionBudget(steps: 50_000_000, depth: 3000, time: .seconds(10))
        if let limit = request["timelimit"]?.integer { budget.time = .milliseconds(max(1, limit)) }
        if let depth = request["depth"]?.integer { budget.depth = Int(max(1, min(depth, 100_000))) }
        var failure: ExpressionError?
        var isPresent = false
        let result = Document { builder in
            do throws(ExpressionError) {
                isPresent = try expression.evaluate(
                    request["input"], bindings: bindings, budget: budget, into: &builder)
            } catch {
                failure = error
            }
            if !isPresent { builder.append(.null) }
        }
        if let failure { throw BatchFailure(failure) }
        return isPresent ? .result(result.json) : .undefined
    }

    // MARK: JSONPath

    private mutating func select(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let text = try Self.text("expression", of: request)
        let path = try paths.value(text) { () throws(BatchFailure) in
            do throws(JSONPathError) {
                return try JSONPath(text)
            } catch {
                let before = String(decoding: text.utf8.prefix(error.offset), as: UTF8.self)
                throw BatchFailure(
                    ErrorCode.invalidPath.id, error.message, at: before.unicodeScalars.count)
            }
        }
        let input = try Self.member("input", of: request)
        var nodes = NodeList()
        do {
            try path.evaluate(input, into: &nodes)
        } catch {
            throw BatchFailure(ErrorCode.pathBudgetExceeded.id, "\(error)")
        }
        var out = OutputBuffer()
        var places: [String] = []
        out.append("[")
        for index in 0..<nodes.count {
            if index > 0 { out.append(",") }
            out.append(View(nodes[index], input.bases))
            places.append(NormalizedPath.text(of: nodes[index], in: input) ?? "$")
        }
        out.append("]")
        return .nodes(values: out.withBytes { String(decoding: $0, as: UTF8.self) }, paths: places)
    }

    // MARK: Templates

    private func map(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let mapping = try Self.member("mapping", of: request)
        let input = try Self.member("input", of: request)
        do throws(IntegrationError) {
            return .result(
                try EvalTemplateCommand.apply(
                    TemplateNode(ConfigurationNode(mapping)), to: [UInt8](json: input), name: "mapping"))
        } catch {
            throw BatchFailure(error)
        }
    }

    // MARK: JSON Schema

    private mutating func validate(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let input = try Self.member("input", of: request)
        let schema = try Self.member("schema", of: request)
        let resources = request["resources"]
        // The parts that a compiled schema depends on are its name.
        let name = [schema, resources, request["draft"], request["formats"]]
            .map { $0.map { String(decoding: [UInt8](json: $0), as: UTF8.self) } ?? "" }.joined(separator: "\u{0}")
        let compiled = try schemas.value(name) { () throws(BatchFailure) in
            try Self.compile(schema, resources, request)
        }
        let violations = compiled.violations(input, limit: 100)
        if let givenUp = violations.first(where: { $0.code == .schemaGivenUp }) {
            throw BatchFailure(givenUp.error)
        }
        return violations.isEmpty ? .valid : .invalid(violations)
    }

    private static func compile(
        _ schema: View, _ resources: View?, _ request: View
    ) throws(BatchFailure) -> CompiledSchema {
        var options = SchemaOptions(contents: .byDraft)
        if let draft = request["draft"]?.string {
            guard let dialect = dialects[draft] else {
                throw .request("`draft` is `\(draft)`: it must be \(dialects.keys.sorted().joined(separator: ", "))")
            }
            options.defaultDialect = dialect
        }
        if request["formats"]?.bool == true { options.formats = .assert }
        var registry = SchemaRegistry()
        if let resources {
            for member in resources.members {
                registry.add(Document(copying: member.value), uri: member.key.string ?? "")
            }
        }
        do {
            return try JSONSchema.compile(Document(copying: schema), registry: registry, options: options)
        } catch {
            let problem = error.problems.first
            throw BatchFailure(
                (problem?.code ?? .schemaMetaschema).id,
                error.problems.map { "\($0.location): \($0.message)" }.joined(separator: "; "))
        }
    }

    private static let dialects: [String: SchemaDialect] = [
        "2020-12": .draft2020, "2019-09": .draft2019, "7": .draft7, "draft7": .draft7, "draft-07": .draft7,
        "6": .draft6, "draft6": .draft6, "draft-06": .draft6, "4": .draft4, "draft4": .draft4, "draft-04": .draft4,
    ]

    // MARK: Patches

    private func patch(_ request: View, _ language: PatchEvaluation) throws(BatchFailure) -> BatchAnswer {
        let patch = try Self.member("patch", of: request)
        let input = try Self.member("input", of: request)
        do throws(IntegrationError) {
            return .result(try language.result(of: patch, on: input))
        } catch {
            throw BatchFailure(error)
        }
    }

    // MARK: JSON and YAML

    private func parse(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let operation = try Self.text("operation", of: request)
        guard ["parse", "canonical"].contains(operation) else {
            throw .request("`operation` is `\(operation)`: it must be parse or canonical")
        }
        let bytes = try Self.bytes(of: request)
        let document: Document
        do {
            document = try Document(bytes, policy: .lenient)
        } catch {
            throw BatchFailure(
                ErrorCode.messageNotJSON.id,
                error.reason.rawValue + (error.detail.isEmpty ? "" : " (\(error.detail))"), at: error.offset)
        }
        return try document.withRoot { (root) throws(BatchFailure) in
            if operation == "parse" { return .result(root.jsonOfLastMembers) }
            do {
                return .bytes(try CanonicalJSON.bytes(of: root))
            } catch {
                throw BatchFailure(ErrorCode.messageNotJSON.id, "\(error)")
            }
        }
    }

    private func read(_ request: View) throws(BatchFailure) -> BatchAnswer {
        let bytes = try Self.bytes(of: request)
        var diagnostics = Diagnostics()
        let node = YAMLReader.read(bytes, file: "input", diagnostics: &diagnostics)
        if let node, !diagnostics.hasErrors { return .result(node.json) }
        let error = diagnostics.all.first { $0.severity == .error }
        throw BatchFailure(
            (error?.code ?? ErrorCode.yamlSyntax).id, error?.message ?? "it is not YAML",
            at: error.map { Self.offset(of: $0.span.location, in: bytes) })
    }

    /// The byte that a place means.
    private static func offset(of place: SourceLocation, in bytes: [UInt8]) -> Int {
        var rest = bytes[...]
        for _ in 1..<max(1, place.line) { rest = rest[((rest.firstIndex(of: 0x0A) ?? rest.endIndex - 1) + 1)...] }
        let line = String(decoding: rest.prefix { $0 != 0x0A }, as: UTF8.self)
        let before = line.unicodeScalars.prefix(max(0, place.column - 1))
        return rest.startIndex + String(String.UnicodeScalarView(before)).utf8.count
    }

    // MARK: Members of a request

    private static func member(_ name: String, of request: View) throws(BatchFailure) -> View {
        guard let member = request[name] else { throw .request("`\(name)` is missing") }
        return member
    }

    private static func text(_ name: String, of request: View) throws(BatchFailure) -> String {
        guard let text = try member(name, of: request).string else { throw .request("`\(name)` is not a text") }
        return text
    }

    private static func bytes(of request: View) throws(BatchFailure) -> [UInt8] {
        guard let bytes = Base64.decode(try text("input_base64", of: request).utf8) else {
            throw .request("`input_base64` is not base64 (RFC 4648, section 4)")
        }
        return bytes
    }
}
