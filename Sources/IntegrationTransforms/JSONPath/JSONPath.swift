public import IntegrationDocument

/// A JSONPath query (RFC 9535), compiled once, evaluated over views without decoding anything.
///
/// ```swift
/// let path = try JSONPath("$.items[?@.price > 100].sku")
/// var nodes = NodeList()
/// try path.evaluate(order, into: &nodes)          // pointers into the order's tape
/// ```
///
/// All functions of the RFC are known (`length`, `count`, `match`, `search`, `value`); patterns are I-Regexp (RFC 9485).
/// Where a document has a name twice in one object, the name leads to the last one.
public final class JSONPath: Sendable {
    /// The path as it was written.
    public let text: String
    /// Whether the path selects at most one value because it has only single names and indexes (RFC 9535, 2.3.5.1).
    public let isSingular: Bool

    let program: PathProgram

    /// Compiles a path that begins with `$`.
    ///
    /// - Throws: what is not allowed, and where.
    public convenience init(_ text: String) throws(JSONPathError) {
        var parser = PathParser(text)
        try parser.path()
        self.init(text, parser.draft)
    }

    /// Compiles a path that may leave `$.` out, such as `customer.id` or `['first name'].initial`.
    ///
    /// - Throws: what is not allowed, and where.
    public convenience init(bare text: String) throws(JSONPathError) {
        var parser = PathParser(text)
        if text.utf8.first == UInt8(ascii: "$") { try parser.path() } else { try parser.barePath() }
        self.init(text, parser.draft)
    }

    init(_ text: String, _ draft: PathDraft) {
        self.text = text
        isSingular = draft.queries[0].isSingular
        program = PathProgram(draft)
    }

    /// The first value that the path selects; nil where it selects none.
    ///
    /// A singular path (`isSingular`) only follows pointers: it allocates nothing and can't exceed a budget.
    ///
    /// - Throws: when the budget is used up.
    @inline(__always)
    public func first(
        in root: View, budget: JSONPathBudget = .standard
    ) throws(JSONPathBudgetError) -> View? {
        if isSingular { return single(in: root) }
        return try firstOfMany(in: root, budget)
    }

    /// The value of a singular path; nil where there is none, or where the path is not singular.
    public func single(in root: View) -> View? {
        guard isSingular else { return nil }
        return withExtendedLifetime(program) {
            let run = PathRun(program.tables, root: root, steps: 0)
            return run.chase(program.tables.queries[0], from: root.pointer).map { View($0, root.bases) }
        }
    }

    private func firstOfMany(in root: View, _ budget: JSONPathBudget) throws(JSONPathBudgetError) -> View? {
        var sink = PathRun.Sink(.exists)
        try walk(root, budget, &sink)
        return sink.first.map { View($0, root.bases) }
    }

    /// Puts the values that the path selects into `nodes`, in the order of RFC 9535, after removing what was in it.
    ///
    /// - Throws: when the budget is used up; `nodes` then holds what was found until then.
    public func evaluate(
        _ root: View, into nodes: inout NodeList, budget: JSONPathBudget = .standard
    ) throws(JSONPathBudgetError) {
        nodes.removeAll()
        if isSingular {
            if let found = single(in: root) { nodes.append(found.pointer) }
            return
        }
        let isOver = withUnsafeMutablePointer(to: &nodes) { nodes in
            var sink = PathRun.Sink(collecting: nodes, limit: budget.nodes &+ 1)
            return !run(root, budget.steps, &sink) || sink.count > budget.nodes
        }
        if isOver { throw JSONPathBudgetError(path: text) }
    }

    /// The number of values that the path selects.
    ///
    /// - Throws: when the budget is used up.
    public func count(in root: View, budget: JSONPathBudget = .standard) throws(JSONPathBudgetError) -> Int {
        var sink = PathRun.Sink(.count)
        try walk(root, budget, &sink)
        return sink.count
    }

    private func walk(
        _ root: View, _ budget: JSONPathBudget, _ sink: inout PathRun.Sink
    ) throws(JSONPathBudgetError) {
        guard run(root, budget.steps, &sink) else { throw JSONPathBudgetError(path: text) }
    }

    /// False where the steps did not suffice.
    private func run(_ root: View, _ steps: Int, _ sink: inout PathRun.Sink) -> Bool {
        withExtendedLifetime(program) {
            let query = program.tables.queries[0]
            var run = PathRun(program.tables, root: root, steps: steps)
            _ = run.walk(root.pointer, Int(query.first), Int(query.end), &sink)
            return run.steps >= 0
        }
    }
}
