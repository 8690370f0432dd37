public import IntegrationCore
public import IntegrationDocument

/// A template (`format: jsonpath`), compiled: makes one document out of another.
///
/// One pass over the message's members finds every first-level name that the mapping asks for; then the output is written
/// from the first word to the last. Nothing is decoded, and nothing allocated where the template has no expressions.
///
/// ```swift
/// let literals = Literals()
/// let template = try TemplateProgram(name: "order-template", mapping: mapping, literals: literals)
/// arena.attach(literals.block(), as: Arena.literalBase)
/// let output = try template.apply(order, in: arena, using: &scratch)
/// ```
public final class TemplateProgram: @unchecked Sendable {
    // Proof of Sendable: the tables are written only in `init`.

    /// The template's name in the configuration.
    public let name: String

    private let tables: TemplateTables
    private let budget: JSONPathBudget
    private let places: [(key: String, source: String)]
    private let expressions: [CompiledExpression]
    private let slotCount: Int
    private let hasSlots: Bool
    /// What the tables point into.
    private let programs: [PathProgram]
    private let matchers: [KeyMatcher]

    /// Most words of one output.
    private static let mostWords = 1 << 24

    /// Compiles a mapping.
    ///
    /// - Parameters:
    ///   - name: how errors call it.
    ///   - literals: where the keys and texts that it writes are interned; the block must be base 1 of the arenas that
    ///     the template is applied in.
    ///   - expressions: the language of `{{ … }}`; without one such texts are refused.
    /// - Throws: `IE2101` and `IE2102`, naming the key.
    public init(
        name: String, mapping: TemplateNode, options: TemplateOptions = TemplateOptions(), literals: Literals,
        expressions: (any TemplateExpressionCompiler)? = nil
    ) throws(IntegrationError) {
        var compiler = TemplateCompiler(name: name, options: options, literals: literals, expressions: expressions)
        let root = try compiler.compile(mapping, "")
        let firsts = compiler.numberSlots()
        matchers = compiler.scopes.map { KeyMatcher($0) }
        slotCount = compiler.scopes.reduce(0) { $0 + $1.count }
        hasSlots = !compiler.scopes[0].isEmpty
        self.name = name
        budget = options.budget
        places = compiler.places
        self.expressions = compiler.expressions
        programs = compiler.programs
        let scopes = zip(firsts, matchers).map {
            TemplateScope(firstSlot: Int32($0), matcher: Unmanaged.passUnretained($1))
        }
        tables = TemplateTables(
            operations: .table(compiler.operations), members: .table(compiler.members),
            elements: .table(compiler.elements),
            paths: .table(compiler.paths), words: .table(compiler.words), parts: .table(compiler.parts),
            scopes: .table(scopes), coerced: CoercedWords(literals), root: root)
    }

    deinit {
        tables.operations.deallocate()
        tables.members.deallocate()
        tables.elements.deallocate()
        tables.paths.deallocate()
        tables.words.deallocate()
        tables.parts.deallocate()
        tables.scopes.deallocate()
    }

    /// Whether expressions are evaluated, which see the surroundings in the scratch.
    var hasExpressions: Bool { !expressions.isEmpty }

    /// Makes the template's document for one message.
    ///
    /// - Parameters:
    ///   - source: the message, a document of `arena`.
    ///   - arena: where the output is written; the literals that the template was compiled with are its base 1.
    /// - Returns: the output's root, a document of `arena`.
    /// - Throws: `IE2103`, `IE2104`, `IE2105`, naming template, key and path, and what expressions throw. Nothing
    ///   remains of the output then.
    public func apply(
        _ source: View, in arena: Arena, using scratch: inout TemplateScratch
    ) throws(IntegrationError) -> View {
        scratch.reserve(slots: slotCount, values: expressions.count)
        let values = scratch.values
        if hasExpressions {
            let surroundings = scratch.surroundings
            for (index, expression) in expressions.enumerated() {
                do throws(IntegrationError) {
                    values[index] = try expression.value.evaluate(source, in: arena, surroundings)?.pointer
                } catch {
                    throw error.inTemplate(name, expression.key, "`{{\(expression.text)}}` failed")
                }
            }
        }
        let slots = scratch.slots
        scratch.nodes.removeAll()
        let result = withUnsafeMutablePointer(to: &scratch.nodes) { nodes in
            var run = TemplateRun(
                tables: tables, source: source, slots: slots, values: values, nodes: nodes, steps: budget.steps,
                mostNodes: budget.nodes, mostWords: Self.mostWords)
            return run.run(hasSlots: hasSlots, in: arena)
        }
        switch result {
        case .success(let root): return arena.view(root)
        case .failure(let failure): throw error(failure, source)
        }
    }

    private func error(_ failure: TemplateRun.Failure, _ source: View) -> IntegrationError {
        let place = places[failure.operation]
        let key = place.key.isEmpty ? "" : ", key `\(place.key)`"
        let code: ErrorCode
        let words: String
        var path: String?
        switch failure.reason {
        case .missing:
            code = .templateValueMissing
            words = place.source.isEmpty ? "the mapping gives no value" : "`\(place.source)` selects nothing"
        case .budget:
            code = .pathBudgetExceeded
            words = "`\(place.source)` takes more steps or selects more values than its budget allows"
        case .unsuitable(let offset):
            let value = offset.map { source.pointer + $0 }
            code = .templateValueUnsuitable
            path = value.flatMap { NormalizedPath.text(of: $0, in: source) }
            let found = value.map { View($0, source.bases).kind.words } ?? "an array or an object"
            words = "`\(place.source)` gives \(found), which does not fit"
        }
        return IntegrationError(code, "template `\(name)`\(key): \(words)", path: path)
    }
}

/// An expression and where it stands.
struct CompiledExpression: Sendable {
    var value: any TemplateExpression
    var key: String
    /// What stands between the braces.
    var text: String
}

extension IntegrationError {
    /// The same error with the place in the template before it.
    func inTemplate(_ name: String, _ key: String, _ what: String) -> IntegrationError {
        var error = self
        error.causes.insert(message, at: 0)
        let place = key.isEmpty ? "" : ", key `\(key)`"
        error.message = "template `\(name)`\(place): \(what)"
        return error
    }
}

extension Kind {
    /// What people call it.
    fileprivate var words: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer, .decimal: "a number"
        case .string, .escapedString: "a string"
        case .array: "an array"
        case .object: "an object"
        case .missing: "nothing"
        }
    }
}
