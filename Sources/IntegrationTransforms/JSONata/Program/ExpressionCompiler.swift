internal import IntegrationDocument

/// Turns the processed syntax into nodes that run.
struct ExpressionCompiler {
    var symbols: Symbols
    /// The flow's interned literals, where constants are to be words of it.
    let literals: Literals?
    /// The names that the expression binds somewhere: calls of functions with these names are looked up.
    private var bound: Set<String> = []

    init(symbols: Symbols, literals: Literals?) {
        self.symbols = symbols
        self.literals = literals
    }

    mutating func compile(_ syntax: Syntax) throws(ExpressionError) -> Node {
        // In the text of an $eval any name may be bound by what is around it.
        bound.formUnion(symbols.names)
        gatherBound(syntax)
        return try node(syntax)
    }

    private mutating func gatherBound(_ syntax: Syntax) {
        switch syntax.kind {
        case .bind: if let name = syntax.left?.text { bound.insert(name) }
        case .lambda: for parameter in syntax.items { bound.insert(parameter.text) }
        default: break
        }
        if let focus = syntax.focus { bound.insert(focus) }
        if let index = syntax.index { bound.insert(index) }
        for stage in syntax.stages ?? [] {
            if let index = stage.index { bound.insert(index) }
            if let filter = stage.filter { gatherBound(filter) }
        }
        for part in [syntax.left, syntax.right, syntax.head] { if let part { gatherBound(part) } }
        for item in syntax.items + (syntax.predicates ?? []) + syntax.terms.map(\.expression) { gatherBound(item) }
        for pair in syntax.pairs + (syntax.group?.pairs ?? []) {
            gatherBound(pair.key)
            gatherBound(pair.value)
        }
    }

    // MARK: Nodes

    private mutating func node(_ syntax: Syntax) throws(ExpressionError) -> Node {
        let base = try plain(syntax)
        guard syntax.kind != .path, syntax.predicates != nil || syntax.group != nil else { return base }
        return RefinedNode(
            syntax, base: base, predicates: try nodes(syntax.predicates ?? []), group: try group(syntax))
    }

    private mutating func nodes(_ list: [Syntax]) throws(ExpressionError) -> [Node] {
        var nodes: [Node] = []
        for item in list { nodes.append(try node(item)) }
        return nodes
    }

    private mutating func optional(_ syntax: Syntax?) throws(ExpressionError) -> Node? {
        guard let syntax else { return nil }
        return try node(syntax)
    }

    private mutating func required(_ syntax: Syntax?, of whole: Syntax) throws(ExpressionError) -> Node {
        guard let syntax else { throw whole.error("S0207", token: whole.text) }
        return try node(syntax)
    }

    private mutating func group(_ syntax: Syntax) throws(ExpressionError) -> ObjectNode? {
        guard let group = syntax.group else { return nil }
        let place = Syntax(.unary, "{", start: group.start, end: group.end)
        return ObjectNode(place, try pairs(group.pairs))
    }

    private mutating func pairs(_ list: [Syntax.Pair]) throws(ExpressionError) -> [ObjectNode.Pair] {
        var pairs: [ObjectNode.Pair] = []
        for pair in list { pairs.append(ObjectNode.Pair(key: try node(pair.key), value: try node(pair.value))) }
        return pairs
    }

    private mutating func plain(_ syntax: Syntax) throws(ExpressionError) -> Node {
        switch syntax.kind {
        case .path: return try path(syntax)
        case .name: return NameNode(syntax, Name(syntax.text))
        case .string:
            return LiteralNode(syntax, .string(syntax.text), word: literals?.string(syntax.text))
        case .number:
            return LiteralNode(
                syntax, .number(syntax.number), word: literals?.number(NumberWriting.text(syntax.number)))
        case .value:
            switch syntax.text {
            case "true": return LiteralNode(syntax, .bool(true), word: .true)
            case "false": return LiteralNode(syntax, .bool(false), word: .false)
            default: return LiteralNode(syntax, .null, word: .null)
            }
        case .regex: return try RegexNode(compiling: syntax)
        case .variable:
            return VariableNode(syntax, name: syntax.text, symbol: symbols.number(syntax.text))
        case .parent:
            let label = syntax.slot?.label ?? ""
            return VariableNode(syntax, name: label, symbol: symbols.number(label))
        case .wildcard: return WildcardNode(syntax)
        case .descendant: return DescendantNode(syntax)
        case .binary:
            guard let op = BinaryOperator(rawValue: syntax.text) else {
                throw syntax.error("S0204", token: syntax.text)
            }
            return BinaryNode(
                syntax, op, try required(syntax.left, of: syntax), try required(syntax.right, of: syntax))
        case .unary: return try unary(syntax)
        case .block: return BlockNode(syntax, try nodes(syntax.items))
        case .bind:
            let symbol = symbols.number(syntax.left?.text ?? "")
            return BindNode(syntax, symbol: symbol, value: try required(syntax.right, of: syntax))
        case .condition:
            let test: ConditionNode.Test =
                switch syntax.text {
                case "?:": .truthOrDefault
                case "??": .existsOrDefault
                default: .truth
                }
            return ConditionNode(
                syntax, test: test, condition: try required(syntax.head, of: syntax),
                then: try optional(syntax.left), otherwise: try optional(syntax.right))
        case .lambda:
            let parameters = syntax.items.map { symbols.number($0.text) }
            return LambdaNode(syntax, parameters: parameters, body: try required(syntax.left, of: syntax))
        case .function, .partial: return try call(syntax)
        case .apply:
            return ApplyNode(
                syntax, argument: try required(syntax.left, of: syntax),
                function: try required(syntax.right, of: syntax))
        case .transform:
            return TransformNode(
                syntax, pattern: try required(syntax.head, of: syntax),
                update: try required(syntax.left, of: syntax), deletions: try optional(syntax.right),
                cloneSymbol: symbols.number("clone"))
        case .sort: return try sort(syntax)
        case .operator, .end: throw syntax.error("S0207", token: syntax.text)
        }
    }

    private mutating func unary(_ syntax: Syntax) throws(ExpressionError) -> Node {
        switch syntax.text {
        case "[":
            var items: [ArrayNode.Item] = []
            for item in syntax.items {
                items.append(ArrayNode.Item(node: try node(item), isArrayLiteral: item.isArrayLiteral))
            }
            return ArrayNode(syntax, items)
        case "{": return ObjectNode(syntax, try pairs(syntax.pairs))
        default: return NegationNode(syntax, try required(syntax.left, of: syntax))
        }
    }

    private mutating func sort(_ syntax: Syntax) throws(ExpressionError) -> SortNode {
        var terms: [SortNode.Term] = []
        for term in syntax.terms {
            terms.append(SortNode.Term(node: try node(term.expression), isDescending: term.isDescending))
        }
        return SortNode(syntax, terms)
    }

    private mutating func call(_ syntax: Syntax) throws(ExpressionError) -> Node {
        guard let head = syntax.head else { throw syntax.error("S0207", token: syntax.text) }
        let procedure = try node(head)
        let isBareName = head.kind == .path && head.items[0].kind == .name
        let name = isBareName ? head.items[0].text : head.text
        let bareSymbol = isBareName ? symbols.number(name) : nil
        if syntax.kind == .partial {
            var arguments: [Node?] = []
            for item in syntax.items {
                if item.kind == .operator { arguments.append(nil) } else { arguments.append(try node(item)) }
            }
            return PartialNode(
                syntax, procedure: procedure, arguments: arguments, name: name, bareSymbol: bareSymbol)
        }
        let isPlainVariable = head.kind == .variable && head.predicates == nil && head.group == nil
        let builtin = isPlainVariable && !bound.contains(name) ? Builtin.named(name) : nil
        return CallNode(
            syntax, procedure: procedure, arguments: try nodes(syntax.items), name: name, builtin: builtin,
            bareSymbol: bareSymbol)
    }

    // MARK: Paths

    private mutating func path(_ syntax: Syntax) throws(ExpressionError) -> Node {
        var steps: [PathStep] = []
        for item in syntax.items { steps.append(try step(item)) }
        return PathNode(syntax, steps: steps, group: try group(syntax))
    }

    private mutating func step(_ syntax: Syntax) throws(ExpressionError) -> PathStep {
        let compiled = try node(syntax)
        var stages: [PathStep.Stage] = []
        for stage in syntax.stages ?? [] {
            if let filter = stage.filter {
                stages.append(.filter(try node(filter)))
            } else if let index = stage.index {
                stages.append(.index(symbols.number(index)))
            }
        }
        return PathStep(
            compiled, stages: stages, isTuple: syntax.isTuple, focus: syntax.focus.map { symbols.number($0) },
            index: syntax.index.map { symbols.number($0) }, ancestor: syntax.ancestor.map { symbols.number($0.label) })
    }
}
