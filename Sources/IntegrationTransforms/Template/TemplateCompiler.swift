internal import IntegrationCore
internal import IntegrationDocument

/// Turns a mapping into a template's tables.
struct TemplateCompiler {
    let name: String
    let options: TemplateOptions
    let literals: Literals
    let expressionCompiler: (any TemplateExpressionCompiler)?

    var operations: [TemplateOperation] = []
    var members: [TemplateMember] = []
    var elements: [Int32] = []
    var paths: [TemplatePathUse] = []
    var words: [Word] = []
    var parts: [TemplateTextPart] = []
    var expressions: [CompiledExpression] = []
    /// The programs that path uses point into.
    var programs: [PathProgram] = []
    /// First-level names of each scope, in the order of their slots. Scope 0 is the document.
    var scopes: [[String]] = [[]]
    /// For every operation: where in the output it stands, and the path or expression it was made of.
    var places: [(key: String, source: String)] = []

    /// Which scope the slots of operations and of path uses are in, until all slots are numbered.
    private var operationScopes: [Int: Int] = [:]
    private var pathScopes: [Int: Int] = [:]

    private static let deepest = 64

    init(name: String, options: TemplateOptions, literals: Literals, expressions: (any TemplateExpressionCompiler)?) {
        self.name = name
        self.options = options
        self.literals = literals
        expressionCompiler = expressions
    }

    func failure(_ code: ErrorCode, _ message: String, _ key: String) -> IntegrationError {
        let place = key.isEmpty ? "" : ", key `\(key)`"
        return IntegrationError(code, "template `\(name)`\(place): \(message)")
    }

    // MARK: Nodes

    /// Compiles a node and returns its operation.
    mutating func compile(_ node: TemplateNode, _ key: String, depth: Int = 0) throws(IntegrationError) -> Int32 {
        guard depth < Self.deepest else {
            throw failure(.invalidTemplate, "the mapping is nested more than \(Self.deepest) levels", key)
        }
        switch node {
        case .object(let members):
            if members.contains(where: { $0.key.hasPrefix("$") && !$0.key.hasPrefix("$$") }) {
                return try compileOptions(members, key, depth)
            }
            return try compileObject(members, key, depth)
        case .array(let nodes):
            var indexes: [Int32] = []
            for (index, node) in nodes.enumerated() {
                indexes.append(try compile(node, "\(key)[\(index)]", depth: depth + 1))
            }
            let first = Int32(elements.count)
            elements += indexes
            return add(.array, first, Int32(elements.count), key)
        case .text(let text): return try compileText(text, key, options.missing, nil)
        case .literal(let document): return addLiteral(document.withRoot { literals.value($0) }, key)
        }
    }

    private mutating func compileObject(
        _ nodes: [(key: String, node: TemplateNode)], _ key: String, _ depth: Int
    ) throws(IntegrationError) -> Int32 {
        var compiled: [TemplateMember] = []
        var seen: Set<[UInt8]> = []
        for (written, node) in nodes {
            let name = written.hasPrefix("$$") ? String(written.dropFirst()) : written
            let inner = key.isEmpty ? name : "\(key).\(name)"
            guard seen.insert(Array(name.utf8)).inserted else {
                throw failure(.invalidTemplate, "the key stands twice", inner)
            }
            compiled.append(
                TemplateMember(
                    key: literals.string(name), operation: try compile(node, inner, depth: depth + 1), slot: -1))
        }
        let first = Int32(members.count)
        members += compiled
        return add(.object, first, Int32(members.count), key)
    }

    /// An object such as `{$path: $.a, $default: 0}`.
    private mutating func compileOptions(
        _ nodes: [(key: String, node: TemplateNode)], _ key: String, _ depth: Int
    ) throws(IntegrationError) -> Int32 {
        var path: String?
        var fallback: TemplateNode?
        var coercion: Coercion?
        var missing = options.missing
        for (name, node) in nodes {
            switch (name, node) {
            case ("$literal", _):
                guard nodes.count == 1 else {
                    throw failure(.invalidTemplate, "`$literal` stands alone in its object", key)
                }
                return addLiteral(literals.value(of: node), key)
            case ("$path", .text(let text)): path = text
            case ("$default", _): fallback = node
            case ("$as", .text(let text)):
                guard let type = Coercion(rawValue: text) else {
                    throw failure(.invalidTemplate, "`$as` is one of \(Coercion.names), not `\(text)`", key)
                }
                coercion = type
            case ("$missing", .text(let text)):
                guard let policy = MissingValue(rawValue: text) else {
                    throw failure(.invalidTemplate, "`$missing` is omit, null or error, not `\(text)`", key)
                }
                missing = policy
            case ("$path", _), ("$as", _), ("$missing", _):
                throw failure(.invalidTemplate, "`\(name)` is a text", key)
            default:
                let names = "$path, $default, $as, $missing or $literal"
                throw failure(
                    .invalidTemplate, "`\(name)` is not one of \(names); a member of that name is `$\(name)`", key)
            }
        }
        guard let path, path.hasPrefix("$"), !path.hasPrefix("$$") else {
            throw failure(.invalidTemplate, "`$default`, `$as` and `$missing` need a `$path` that begins with `$`", key)
        }
        guard let fallback else { return try compileText(path, key, missing, coercion) }
        let first = try compileText(path, key, .omit, coercion)
        let second = try compile(fallback, key, depth: depth + 1)
        return add(.fallback, first, second, key)
    }

    // MARK: Texts

    private mutating func compileText(
        _ text: String, _ key: String, _ missing: MissingValue, _ coercion: Coercion?
    ) throws(IntegrationError) -> Int32 {
        // By bytes: to a string, a mark with a combining character behind it is another character.
        let dollars = text.utf8.prefix(2).prefix { $0 == UInt8(ascii: "$") }.count
        if dollars == 1 { return try compilePath(text, key, missing, coercion) }
        let text = dollars == 2 ? String(Substring(text.utf8.dropFirst())) : text
        guard Text.find(Array("{{".utf8), in: Array(text.utf8)) != nil else {
            return addLiteral([literals.string(text)], key)
        }
        let pieces: [TemplateText.Piece]
        do {
            pieces = try TemplateText.split(text)
        } catch {
            throw failure(.invalidTemplate, error.description, key)
        }
        if pieces.count == 1, case .expression(let expression) = pieces[0] {
            let index = try addExpression(expression, key)
            return add(.expression, index, 0, key, source: expression, missing: missing)
        }
        var compiled: [TemplateTextPart] = []
        for piece in pieces {
            switch piece {
            case .literal(let literal):
                compiled.append(TemplateTextPart(literal: literals.string(literal), expression: -1))
            case .expression(let expression):
                compiled.append(TemplateTextPart(literal: .null, expression: try addExpression(expression, key)))
            }
        }
        let first = Int32(parts.count)
        parts += compiled
        return add(.join, first, Int32(parts.count), key, source: text)
    }

    private mutating func addExpression(_ text: String, _ key: String) throws(IntegrationError) -> Int32 {
        guard let expressionCompiler else {
            throw failure(
                .invalidTemplate, "`{{ … }}` is an expression, which this template's format does not have", key)
        }
        do {
            let compiled = try expressionCompiler.compile(text, literals: literals)
            expressions.append(CompiledExpression(value: compiled, key: key, text: text))
        } catch {
            throw error.inTemplate(name, key, "`{{\(text)}}` is not an expression")
        }
        return Int32(expressions.count - 1)
    }

    // MARK: Paths

    private mutating func compilePath(
        _ text: String, _ key: String, _ missing: MissingValue, _ coercion: Coercion?
    ) throws(IntegrationError) -> Int32 {
        let path: PathExpression
        do {
            path = try PathExpression(text)
        } catch {
            throw failure(.invalidPath, error.description, key)
        }
        if path.projection != nil, coercion != nil, coercion != .array {
            throw failure(.invalidTemplate, "`$as` has no effect on a projection", key)
        }
        programs.append(path.program)
        return compileQuery(0, of: path, path.projection, text, key, 0, missing, coercion)
    }

    /// - Parameter scope: the scope of the value that relative paths start from.
    private mutating func compileQuery(
        _ index: Int, of path: PathExpression, _ projection: Projection?, _ text: String, _ key: String, _ scope: Int,
        _ missing: MissingValue, _ coercion: Coercion?
    ) -> Int32 {
        let query = path.queries[index]
        let origin = query.isAbsolute ? 0 : scope
        var use = TemplatePathUse(
            tables: path.program.tables,
            slot: query.isAbsolute ? TemplatePathUse.fromDocument : TemplatePathUse.fromCurrent, first: query.first,
            end: query.end, isSingular: query.isSingular, coercion: coercion, scope: -1,
            isAllChildren: false)
        if let name = path.firstName(of: query) {
            use.slot = slot(name, in: origin)
            use.first += 1
            if projection == nil, coercion == nil, use.first == use.end {
                let operation = add(.slot, use.slot, 0, key, source: text, missing: missing)
                operationScopes[Int(operation)] = origin
                return operation
            }
            pathScopes[paths.count] = origin
        }
        use.isAllChildren = path.isAllChildren(from: Int(use.first), to: Int(use.end))
        let place = paths.count
        paths.append(use)
        guard let projection else {
            return add(query.isSingular ? .singular : .many, Int32(place), 0, key, source: text, missing: missing)
        }
        scopes.append([])
        let inner = scopes.count - 1
        paths[place].scope = Int32(inner)
        let object = compileProjection(projection, of: path, key, inner)
        return add(.projection, Int32(place), object, key, source: text, missing: missing)
    }

    private mutating func compileProjection(
        _ projection: Projection, of path: PathExpression, _ key: String, _ scope: Int
    ) -> Int32 {
        switch projection {
        case .literal(let kind, let text):
            let text = String(decoding: text, as: UTF8.self)
            switch kind {
            case .string: return addLiteral([literals.string(text)], key)
            case .integer, .decimal: return addLiteral([literals.number(text)], key)
            default: return addLiteral([Word(literal: kind)], key)
            }
        case .path(let query, let text, let projection):
            return compileQuery(query, of: path, projection, text, key, scope, options.missing, nil)
        case .object(let entries):
            var compiled: [TemplateMember] = []
            for entry in entries {
                let inner = key.isEmpty ? entry.key : "\(key).\(entry.key)"
                compiled.append(
                    TemplateMember(
                        key: literals.string(entry.key),
                        operation: compileProjection(entry.value, of: path, inner, scope), slot: -1))
            }
            let first = Int32(members.count)
            members += compiled
            return add(.object, first, Int32(members.count), key)
        }
    }

    private mutating func slot(_ name: String, in scope: Int) -> Int32 {
        if let known = scopes[scope].firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return Int32(known) }
        scopes[scope].append(name)
        return Int32(scopes[scope].count - 1)
    }

    /// Numbers the slots of all scopes in one row; returns the first slot of each.
    mutating func numberSlots() -> [Int] {
        var firsts: [Int] = []
        var next = 0
        for names in scopes {
            firsts.append(next)
            next += names.count
        }
        for (operation, scope) in operationScopes { operations[operation].first += Int32(firsts[scope]) }
        for (path, scope) in pathScopes { paths[path].slot += Int32(firsts[scope]) }
        for (index, member) in members.enumerated() {
            let operation = operations[Int(member.operation)]
            guard operation.action == .slot, operation.missing == TemplateOperation.omit else { continue }
            members[index].slot = operation.first
        }
        for (index, operation) in operations.enumerated() where operation.action == .object {
            let content = members[Int(operation.first)..<Int(operation.second)]
            if content.allSatisfy({ $0.slot >= 0 }) { operations[index].action = .flatObject }
        }
        return firsts
    }

    // MARK: Operations

    private mutating func add(
        _ action: TemplateOperation.Action, _ first: Int32, _ second: Int32, _ key: String, source: String = "",
        missing: MissingValue = .omit
    ) -> Int32 {
        let policy =
            switch missing {
            case .omit: TemplateOperation.omit
            case .null: TemplateOperation.null
            case .error: TemplateOperation.error
            }
        operations.append(TemplateOperation(action: action, missing: policy, first: first, second: second))
        places.append((key, source))
        return Int32(operations.count - 1)
    }

    private mutating func addLiteral(_ value: [Word], _ key: String) -> Int32 {
        let first = Int32(words.count)
        words += value
        return add(.literal, first, Int32(value.count), key)
    }
}

extension Literals {
    /// The words of a mapping node taken as it stands.
    func value(of node: TemplateNode) -> [Word] {
        switch node {
        case .text(let text): return [string(text)]
        case .literal(let document): return document.withRoot { value($0) }
        case .array(let nodes):
            let content = nodes.flatMap { value(of: $0) }
            return [Word(container: .array, count: nodes.count, span: content.count)] + content
        case .object(let members):
            let content = members.flatMap { [string($0.key)] + value(of: $0.node) }
            return [Word(container: .object, count: members.count, span: content.count)] + content
        }
    }
}
