/// Something about an expression that a linter should say before any message comes.
public struct ExpressionDiagnostic: Sendable, Hashable {
    public enum Severity: Sendable, Hashable {
        /// Every evaluation that gets here fails.
        case error
        /// Most likely a slip.
        case warning
    }

    public var severity: Severity
    public var message: String
    /// Bytes of the expression, from 0.
    public var offset: Int
    /// Length in bytes of what is meant.
    public var length: Int
    /// What to write instead.
    public var help: String?
}

extension Expression {
    /// The names that every expression of a flow may use.
    public static let standardVariables = ["meta", "key", "keys", "env"]

    /// Looks for calls of functions that don't exist, wrong numbers of arguments, variables that nothing binds, and arrays
    /// that collapse although the expression itself shows that they are meant as arrays.
    ///
    /// - Parameters:
    ///   - variables: the names that will be bound from outside, without `$`.
    ///   - environment: the members that `$env` may have; nil for any.
    public func check(
        variables: [String] = standardVariables, environment: [String]? = nil
    ) -> [ExpressionDiagnostic] {
        var known = Set(variables)
        known.formUnion(["", "$"])
        var nodes: [Node] = []
        var open = [root]
        while let node = open.popLast() {
            nodes.append(node)
            open += node.children
            switch node {
            case let bind as BindNode: known.insert(symbols.names[Int(bind.symbol)])
            case let lambda as LambdaNode: for symbol in lambda.parameters { known.insert(symbols.names[Int(symbol)]) }
            case let path as PathNode:
                for step in path.steps {
                    for symbol in [step.focus, step.index] {
                        if let symbol { known.insert(symbols.names[Int(symbol)]) }
                    }
                    for case .index(let symbol) in step.stages { known.insert(symbols.names[Int(symbol)]) }
                }
            default: continue
            }
        }
        var called: Set<ObjectIdentifier> = []
        var found: [ExpressionDiagnostic] = []
        for node in nodes {
            switch node {
            case let call as CallNode:
                called.insert(ObjectIdentifier(call.procedure))
                found += check(call, nodes: nodes, known)
            case let partial as PartialNode: called.insert(ObjectIdentifier(partial.procedure))
            default: continue
            }
        }
        for case let variable as VariableNode in nodes where !called.contains(ObjectIdentifier(variable)) {
            guard !known.contains(variable.name), !variable.name.hasPrefix("!"), Builtin.named(variable.name) == nil
            else { continue }
            found.append(
                ExpressionDiagnostic(
                    severity: .warning, message: "nothing binds the variable $\(variable.name)", offset: variable.start,
                    length: variable.end - variable.start))
        }
        if let environment { found += Self.forbidden(nodes, environment) }
        found += Self.collapsing(nodes)
        return found.sorted { $0.offset < $1.offset }
    }

    /// Members of `$env` that are not allowed.
    private static func forbidden(_ nodes: [Node], _ allowed: [String]) -> [ExpressionDiagnostic] {
        nodes.compactMap { node in
            guard let path = node as? PathNode, path.steps.count > 1,
                let variable = path.steps[0].node as? VariableNode, variable.name == "env",
                let name = path.steps[1].node as? NameNode, !allowed.contains(name.name.text)
            else { return nil }
            return ExpressionDiagnostic(
                severity: .error,
                message: "expressions may not read the variable `\(name.name.text)` of the environment",
                offset: name.start, length: name.end - name.start,
                help:
                    "allow it: `expressions: {environment: [\((allowed + [name.name.text]).joined(separator: ", "))]}`")
        }
    }

    /// Functions whose first argument is meant as an array.
    private static let takeArrays: Set<Builtin> = [
        .count, .map, .filter, .reduce, .single, .sort, .reverse, .shuffle, .zip, .append,
    ]

    /// Members of an object constructor that would be an array or a single value, where the same path stands elsewhere as
    /// what has to be an array.
    private static func collapsing(_ nodes: [Node]) -> [ExpressionDiagnostic] {
        func names(_ node: Node) -> [String]? { (node as? PathNode)?.names?.map(\.text) }
        var arrays: Set<[String]> = []
        for case let call as CallNode in nodes {
            guard let builtin = call.builtin, takeArrays.contains(builtin), let first = call.arguments.first else {
                continue
            }
            if let path = names(first) { arrays.insert(path) }
        }
        guard !arrays.isEmpty else { return [] }
        var found: [ExpressionDiagnostic] = []
        for case let object as ObjectNode in nodes {
            for case let path as PathNode in object.pairs.map(\.value) where path.isPlain {
                let steps = path.steps.map { ($0.node as? NameNode)?.name.text }
                for length in 1..<max(1, steps.count) where arrays.contains(steps[..<length].compactMap(\.self)) {
                    guard steps[..<length].allSatisfy({ $0 != nil }),
                        let array = path.steps[length - 1].node as? NameNode
                    else { continue }
                    found.append(.collapsing(array))
                }
            }
        }
        return found
    }

    private func check(_ call: CallNode, nodes: [Node], _ known: Set<String>) -> [ExpressionDiagnostic] {
        let place = call.procedure
        func diagnostic(_ severity: ExpressionDiagnostic.Severity, _ message: String) -> [ExpressionDiagnostic] {
            [
                ExpressionDiagnostic(
                    severity: severity, message: message, offset: place.start, length: max(1, place.end - place.start))
            ]
        }
        if call.bareSymbol != nil {
            let hint = Builtin.named(call.name) != nil ? "; did you mean $\(call.name)?" : ""
            return diagnostic(.error, "\(call.name) is a path and no function\(hint)")
        }
        guard place is VariableNode else { return [] }
        guard let builtin = call.builtin else {
            guard !known.contains(call.name) else { return [] }
            let near = EditDistance.nearest(to: call.name, in: Builtin.names)
            return diagnostic(
                .error, "there is no function $\(call.name)" + (near.map { "; did you mean $\($0)?" } ?? ""))
        }
        // A function behind ~> gets one argument more.
        let isApplied = nodes.contains { ($0 as? ApplyNode)?.function === call }
        let count = call.arguments.count + (isApplied ? 1 : 0)
        let (least, most) = builtin.signature.arity
        if let most, count > most {
            return diagnostic(.error, "$\(call.name) takes at most \(Self.arguments(most)), not \(count)")
        }
        guard count >= least else {
            return diagnostic(.error, "$\(call.name) takes at least \(Self.arguments(least)), not \(count)")
        }
        return []
    }

    private static func arguments(_ count: Int) -> String { count == 1 ? "one argument" : "\(count) arguments" }
}

/// Finds what a misspelt name was meant to be.
enum EditDistance {
    /// The name that is at most two edits (and a third of its length) away; nil where there is none.
    static func nearest(to name: String, in names: [String]) -> String? {
        let limit = min(2, max(1, name.count / 3))
        return names.map { ($0, distance(Array(name.lowercased()), Array($0.lowercased()))) }
            .filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
    }

    private static func distance(_ one: [Character], _ two: [Character]) -> Int {
        var row = Array(0...two.count)
        for (index, left) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, right) in two.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(min(row[column], above) + 1, diagonal + (left == right ? 0 : 1))
                diagonal = above
            }
        }
        return row[two.count]
    }
}
