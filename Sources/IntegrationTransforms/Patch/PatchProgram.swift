internal import IntegrationCore
internal import IntegrationDocument

/// The operations of a JSON Patch, ready to be applied to documents of one arena.
struct PatchProgram: Sendable {
    enum Value: Sendable {
        case none
        case words([Word])
        case template(TemplateProgram)
    }

    struct Operation: Sendable {
        let kind: JSONPatchOperation.Kind
        let path: JSONPointer
        let from: JSONPointer?
        /// The last name of the path, for a member that is new.
        let key: Word
        let value: Value
        /// How errors call it: `patch[2] (replace /items/0)`.
        let title: String
    }

    let operations: [Operation]

    /// Compiles the operations of a configuration.
    ///
    /// - Parameter target: where in the message the patched value stands.
    init(
        _ written: [JSONPatchOperation], under target: [JSONPointer.Token], _ build: FlowBuild
    ) throws(IntegrationError) {
        var operations: [Operation] = []
        for (index, operation) in written.enumerated() {
            if let mistake = operation.mistake { throw Self.invalid(index, mistake) }
            let value: Value =
                switch operation.value {
                case .some(let node):
                    try PatchValue.compile(node, name: "patch[\(index)]", missing: .error, build)
                case nil: .none
                }
            operations.append(
                Self.operation(
                    index, operation.kind, operation.path, operation.from, value, under: target,
                    key: { build.literals.string($0) }))
        }
        self.operations = operations
    }

    /// Reads the operations that a document of `arena` holds.
    ///
    /// - Throws: `invalidPatch`, naming the operation.
    init(_ patch: View, under target: [JSONPointer.Token] = [], in arena: Arena) throws(IntegrationError) {
        guard patch.kind == .array else {
            throw IntegrationError(.invalidPatch, "the patch is \(Wording.describe(patch)), not an array of operations")
        }
        var operations: [Operation] = []
        operations.reserveCapacity(patch.count)
        for element in patch.elements {
            operations.append(try Self.read(element, operations.count, target, arena))
        }
        self.operations = operations
    }

    private static func read(
        _ element: View, _ index: Int, _ target: [JSONPointer.Token], _ arena: Arena
    ) throws(IntegrationError) -> Operation {
        guard element.kind == .object else { throw invalid(index, "it is \(Wording.describe(element)), not an object") }
        var seen: Set<String> = []
        for member in element.members where ["op", "path", "from", "value"].contains(member.name) {
            guard seen.insert(member.name).inserted else { throw invalid(index, "`\(member.name)` stands twice") }
        }
        func text(_ name: String) throws(IntegrationError) -> String? {
            guard let view = element[name] else { return nil }
            guard let text = view.string else {
                throw invalid(index, "`\(name)` is \(Wording.describe(view)), not a string")
            }
            return text
        }
        guard let op = try text("op") else { throw invalid(index, "`op` is missing") }
        guard let kind = JSONPatchOperation.Kind(rawValue: op) else {
            let kinds = JSONPatchOperation.Kind.allCases.map(\.rawValue)
            throw invalid(
                index, "there is no operation `\(Wording.visible(op))`, only \(FieldShape.alternatives(kinds))")
        }
        guard let path = try text("path") else { throw invalid(index, "`path` is missing") }
        let takes = kind == .move || kind == .copy
        let from = takes ? try text("from") : nil
        let value = element["value"]
        if let mistake = JSONPatchOperation.mistake(kind, path: path, from: from, hasValue: value != nil) {
            throw invalid(index, mistake)
        }
        let words = value.map { Value.words($0.words) } ?? .none
        return operation(index, kind, path, from, words, under: target, key: { arena.makeString($0) })
    }

    private static func operation(
        _ index: Int, _ kind: JSONPatchOperation.Kind, _ path: String, _ from: String?, _ value: Value,
        under target: [JSONPointer.Token], key: (String) -> Word
    ) -> Operation {
        let pointer = JSONPointer(target + (JSONPointer(path)?.tokens ?? []))
        let source = from.flatMap { JSONPointer($0) }.map { JSONPointer(target + $0.tokens) }
        let route = from.map { "\($0) to \(path)" } ?? path
        return Operation(
            kind: kind, path: pointer, from: source, key: key(pointer.tokens.last?.text ?? ""), value: value,
            title: "patch[\(index)] (\(kind.rawValue) \(route.isEmpty ? "the whole document" : Wording.visible(route)))"
        )
    }

    private static func invalid(_ index: Int, _ mistake: String) -> IntegrationError {
        IntegrationError(.invalidPatch, "patch[\(index)]: \(mistake)")
    }

    /// Whether values have expressions in them.
    var hasTemplates: Bool {
        operations.contains { if case .template = $0.value { true } else { false } }
    }
}

extension View {
    /// The words of a value, whose bytes stand in the same arena.
    var words: [Word] { Array(UnsafeBufferPointer(start: pointer, count: word.extent)) }
}
