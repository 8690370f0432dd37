/// Gives the parsed tree its meaning: steps gathered into paths, predicates and group-bys attached to their steps,
/// tail calls marked, and the steps found that a `%` climbs to.
struct SyntaxProcessor {
    var ancestorCount = 0

    mutating func process(_ node: Syntax) throws(ExpressionError) -> Syntax {
        let result = try processed(node)
        if node.keepArray { result.keepArray = true }
        return result
    }

    private mutating func processed(_ node: Syntax) throws(ExpressionError) -> Syntax {
        switch node.kind {
        case .binary: return try processBinary(node)
        case .unary: return try processUnary(node)
        case .function, .partial:
            for (index, argument) in node.items.enumerated() {
                let processed = try process(argument)
                Ancestry.push(from: processed, to: node)
                node.items[index] = processed
            }
            node.head = try processOptional(node.head)
            return node
        case .lambda:
            if let body = try processOptional(node.left) { node.left = Self.markTailCalls(body) }
            return node
        case .condition:
            node.head = try processOptional(node.head)
            node.left = try processOptional(node.left)
            node.right = try processOptional(node.right)
            for part in [node.head, node.left, node.right] {
                if let part { Ancestry.push(from: part, to: node) }
            }
            return node
        case .transform:
            node.head = try processOptional(node.head)
            node.left = try processOptional(node.left)
            node.right = try processOptional(node.right)
            return node
        case .block:
            for (index, item) in node.items.enumerated() {
                let part = try process(item)
                Ancestry.push(from: part, to: node)
                if part.isArrayConstructor || part.kind == .path && part.items[0].isArrayConstructor {
                    node.isArrayConstructor = true
                }
                node.items[index] = part
            }
            return node
        case .name:
            let path = Syntax(.path, like: node)
            path.items = [node]
            path.keepSingletonArray = node.keepArray
            return path
        case .parent:
            node.slot = Syntax.Slot("!\(ancestorCount)")
            ancestorCount += 1
            return node
        case .operator:
            switch node.text {
            case "and", "or", "in":
                node.kind = .name
                return try processed(node)
            case "?": return node
            default: throw node.error("S0201", token: node.text)
            }
        case .end: throw node.error("S0207", token: node.text)
        case .string, .number, .value, .wildcard, .descendant, .variable, .regex, .path, .bind, .apply, .sort:
            return node
        }
    }

    private mutating func processOptional(_ node: Syntax?) throws(ExpressionError) -> Syntax? {
        guard let node else { return nil }
        return try process(node)
    }

    private mutating func process(
        _ pairs: [Syntax.Pair], pushingTo owner: Syntax?
    ) throws(ExpressionError)
        -> [Syntax.Pair]
    {
        var out: [Syntax.Pair] = []
        for pair in pairs {
            let processed = Syntax.Pair(key: try process(pair.key), value: try process(pair.value))
            if let owner {
                Ancestry.push(from: processed.key, to: owner)
                Ancestry.push(from: processed.value, to: owner)
            }
            out.append(processed)
        }
        return out
    }

    private mutating func processUnary(_ node: Syntax) throws(ExpressionError) -> Syntax {
        switch node.text {
        case "[":
            for (index, item) in node.items.enumerated() {
                let processed = try process(item)
                Ancestry.push(from: processed, to: node)
                node.items[index] = processed
            }
        case "{":
            node.pairs = try process(node.pairs, pushingTo: node)
        default:
            guard let operand = try processOptional(node.left) else { return node }
            if operand.kind == .number, operand.predicates == nil {
                operand.number = -operand.number
                operand.text = "-" + operand.text
                return operand
            }
            node.left = operand
            Ancestry.push(from: operand, to: node)
        }
        return node
    }

    private mutating func processBinary(_ node: Syntax) throws(ExpressionError) -> Syntax {
        guard let left = node.left else { return node }
        switch node.text {
        case ".": return try processMap(node, left)
        case "[": return try processPredicate(node, left)
        case "{":
            let result = try process(left)
            if result.group != nil { throw node.error("S0210") }
            result.group = Syntax.Group(
                pairs: try process(node.pairs, pushingTo: nil), start: node.start, end: node.end)
            return result
        case "^":
            var result = try process(left)
            if result.kind != .path {
                let path = Syntax(.path, like: result)
                path.items = [result]
                result = path
            }
            let sort = Syntax(.sort, like: node)
            for term in node.terms {
                let expression = try process(term.expression)
                Ancestry.push(from: expression, to: sort)
                sort.terms.append(Syntax.Term(expression: expression, isDescending: term.isDescending))
            }
            result.items.append(sort)
            try Ancestry.resolve(result)
            return result
        case ":=":
            node.kind = .bind
            node.left = try process(left)
            if let value = try processOptional(node.right) {
                Ancestry.push(from: value, to: node)
                node.right = value
            }
            return node
        case "@": return try processFocus(node, left)
        case "#": return try processIndex(node, left)
        case "~>":
            node.kind = .apply
            let argument = try process(left)
            let function = try processOptional(node.right)
            node.left = argument
            node.right = function
            node.keepArray = argument.keepArray || function?.keepArray ?? false
            return node
        default:
            let one = try process(left)
            let two = try processOptional(node.right)
            node.left = one
            node.right = two
            Ancestry.push(from: one, to: node)
            if let two { Ancestry.push(from: two, to: node) }
            return node
        }
    }

    // MARK: Paths

    private mutating func processMap(_ node: Syntax, _ left: Syntax) throws(ExpressionError) -> Syntax {
        let first = try process(left)
        var result = first
        if first.kind != .path {
            result = Syntax(.path, start: node.start, end: node.end)
            result.items = [first]
            if first.kind == .parent, let slot = first.slot { result.seekingParent = [slot] }
        }
        guard let right = try processOptional(node.right) else { return result }
        if right.kind == .path {
            result.items += right.items
        } else {
            if let predicates = right.predicates {
                right.stages = predicates.map { Syntax.Stage(filter: $0) }
                right.predicates = nil
            }
            result.items.append(right)
        }
        for step in result.items {
            switch step.kind {
            case .number, .value: throw step.error("S0213", token: step.text, value: step.text)
            case .string: step.kind = .name
            default: break
            }
            if step.keepArray { result.keepSingletonArray = true }
        }
        if result.items[0].isArrayLiteral { result.items[0].isArrayConstructor = true }
        if let last = result.items.last, last.isArrayLiteral { last.isArrayConstructor = true }
        try Ancestry.resolve(result)
        return result
    }

    private mutating func processPredicate(_ node: Syntax, _ left: Syntax) throws(ExpressionError) -> Syntax {
        let result = try process(left)
        let isPath = result.kind == .path
        let step = isPath ? result.items[result.items.count - 1] : result
        if step.group != nil { throw node.error("S0209") }
        guard let right = node.right else { return result }
        let predicate = try process(right)
        if let slots = predicate.seekingParent {
            for slot in slots {
                if slot.level == 1 { try Ancestry.seek(step, slot) } else { slot.level -= 1 }
            }
            Ancestry.push(from: predicate, to: step)
        }
        if isPath {
            step.stages = (step.stages ?? []) + [Syntax.Stage(filter: predicate)]
        } else {
            step.predicates = (step.predicates ?? []) + [predicate]
        }
        return result
    }

    private mutating func processFocus(_ node: Syntax, _ left: Syntax) throws(ExpressionError) -> Syntax {
        let result = try process(left)
        let step = result.kind == .path ? result.items[result.items.count - 1] : result
        if step.stages != nil || step.predicates != nil { throw node.error("S0215") }
        if step.kind == .sort { throw node.error("S0216") }
        if node.keepArray { step.keepArray = true }
        step.focus = node.right?.text
        step.isTuple = true
        return result
    }

    private mutating func processIndex(_ node: Syntax, _ left: Syntax) throws(ExpressionError) -> Syntax {
        var result = try process(left)
        let step: Syntax
        if result.kind == .path {
            step = result.items[result.items.count - 1]
        } else {
            step = result
            result = Syntax(.path, like: step)
            result.items = [step]
            if let predicates = step.predicates {
                step.stages = predicates.map { Syntax.Stage(filter: $0) }
                step.predicates = nil
            }
        }
        if step.stages == nil {
            step.index = node.right?.text
        } else {
            step.stages?.append(Syntax.Stage(index: node.right?.text))
        }
        step.isTuple = true
        return result
    }

    // MARK: Tail calls

    /// Marks the calls whose result is the function's own: they are made by the caller's loop, so that recursion in
    /// tail position needs no stack.
    private static func markTailCalls(_ node: Syntax) -> Syntax {
        switch node.kind {
        case .function where node.predicates == nil:
            node.isThunk = true
        case .condition:
            if let then = node.left { node.left = markTailCalls(then) }
            if let otherwise = node.right { node.right = markTailCalls(otherwise) }
        case .block:
            if let last = node.items.last { node.items[node.items.count - 1] = markTailCalls(last) }
        default: break
        }
        return node
    }
}

/// Finds the steps that the parent operator `%` refers to.
enum Ancestry {
    /// Hands the open parent references of a part on to the whole.
    static func push(from part: Syntax, to whole: Syntax) {
        guard part.seekingParent != nil || part.kind == .parent else { return }
        var slots = part.seekingParent ?? []
        if part.kind == .parent, let slot = part.slot { slots.append(slot) }
        whole.seekingParent = (whole.seekingParent ?? []) + slots
    }

    /// Climbs from the last step of a path to the steps that its parent references mean.
    static func resolve(_ path: Syntax) throws(ExpressionError) {
        guard let last = path.items.last else { return }
        var slots = last.seekingParent ?? []
        if last.kind == .parent, let slot = last.slot { slots.append(slot) }
        for slot in slots {
            var index = path.items.count - 2
            while slot.level > 0 {
                if index < 0 {
                    path.seekingParent = (path.seekingParent ?? []) + [slot]
                    break
                }
                var step = path.items[index]
                index -= 1
                // Steps in a row that bind the focus have the same context.
                while index >= 0, step.focus != nil, path.items[index].focus != nil {
                    step = path.items[index]
                    index -= 1
                }
                try seek(step, slot)
            }
        }
    }

    /// Lets one step take a reference a level up.
    static func seek(_ node: Syntax, _ slot: Syntax.Slot) throws(ExpressionError) {
        switch node.kind {
        case .name, .wildcard:
            slot.level -= 1
            if slot.level == 0 {
                if let known = node.ancestor { slot.label = known.label }
                node.ancestor = slot
                node.isTuple = true
            }
        case .parent: slot.level += 1
        case .block:
            if let last = node.items.last {
                node.isTuple = true
                try seek(last, slot)
            }
        case .path:
            node.isTuple = true
            var index = node.items.count - 1
            try seek(node.items[index], slot)
            index -= 1
            while slot.level > 0, index >= 0 {
                try seek(node.items[index], slot)
                index -= 1
            }
        default: throw node.error("S0217", token: node.kind.rawValue)
        }
    }
}
