internal import IntegrationDocument

/// A step of a path: what it evaluates and how its results are filtered, sorted and bound.
///
/// A class, so that handing it on costs one count of references and not one for each part.
final class PathStep: Sendable {
    enum Stage: Sendable {
        case filter(Node)
        case index(Int32)
    }

    let node: Node
    let stages: [Stage]
    /// An order-by instead of a step of its own.
    let sort: SortNode?
    let isTuple: Bool
    let focus: Int32?
    let index: Int32?
    /// Label of the context of this step, which a `%` further on refers to.
    let ancestor: Int32?
    /// The key, where the step is a name without stages.
    let name: Name?

    init(_ node: Node, stages: [Stage], isTuple: Bool, focus: Int32?, index: Int32?, ancestor: Int32?) {
        self.node = node
        self.stages = stages
        sort = node as? SortNode
        self.isTuple = isTuple
        self.focus = focus
        self.index = index
        self.ancestor = ancestor
        if let plain = node as? NameNode, stages.isEmpty, !isTuple, !plain.keepArray {
            name = plain.name
        } else {
            name = nil
        }
    }
}

/// Steps from one sequence to the next.
final class PathNode: Node, @unchecked Sendable {
    let steps: [PathStep]
    let keepSingletonArray: Bool
    /// Whether the path hands its tuples on to a path around it.
    let isTuple: Bool
    let group: ObjectNode?
    private let startsWithVariable: Bool
    private let startsWithConstructor: Bool
    /// The keys, where every step is a plain name.
    let names: [Name]?

    init(_ syntax: Syntax, steps: [PathStep], group: ObjectNode?) {
        self.steps = steps
        self.group = group
        keepSingletonArray = syntax.keepSingletonArray
        isTuple = syntax.isTuple
        startsWithVariable = syntax.items[0].kind == .variable
        startsWithConstructor = syntax.items[0].isArrayConstructor
        let names = steps.compactMap(\.name)
        self.names = names.count == steps.count && group == nil && !syntax.keepSingletonArray ? names : nil
        super.init(syntax)
    }

    /// Whether nothing says how many values are meant: no predicate, no `[]`, no group-by.
    var isPlain: Bool {
        !keepSingletonArray && !keepArray && group == nil
            && steps.allSatisfy { $0.stages.isEmpty && !$0.node.keepArray && !($0.node is RefinedNode) }
    }

    override var children: [Node] {
        steps.flatMap { step in
            [step.sort ?? step.node]
                + step.stages.compactMap { if case .filter(let node) = $0 { node } else { nil } }
        } + (group.map { [$0] } ?? [])
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        var first = 0
        var sequence: [Value]
        if let names, case .view(var view) = input, view.kind == .object {
            // Plain names over plain objects: nothing is gathered until an array is met.
            while true {
                guard let found = view.member(names[first]) else { return .undefined }
                first += 1
                let next = View(found, view.bases)
                if first == names.count { return Value(next) }
                if next.kind == .object {
                    view = next
                    continue
                }
                guard next.kind == .array, next.count > 0 else { return .undefined }
                sequence = Value(next).items
                break
            }
        } else if !startsWithVariable, let elements = input.elements {
            sequence = elements
        } else {
            sequence = [input]
        }
        return try walk(from: first, sequence, frame, evaluator)
    }

    private func walk(
        from first: Int, _ input: [Value], _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        var sequence = input
        var result = Value.undefined
        var tuples: ArrayBox?
        var isTupleStream = false
        for index in first..<steps.count {
            let step = steps[index]
            if step.isTuple { isTupleStream = true }
            if index == 0, startsWithConstructor {
                result = try evaluator.evaluate(step.node, .array(ArrayBox(sequence)), frame)
            } else if isTupleStream {
                tuples = try tupleStep(step, sequence, tuples, frame, evaluator)
            } else {
                result = try self.step(step, sequence, index == steps.count - 1, frame, evaluator)
            }
            if !isTupleStream {
                if result.isUndefined { break }
                let items = result.items
                if items.isEmpty { break }
                sequence = items
            }
        }
        if isTupleStream, let tuples {
            if isTuple {
                result = .array(tuples)
            } else {
                let contexts = ArrayBox(isSequence: true)
                for case .tuple(let tuple) in tuples.items { contexts.items.append(tuple.context) }
                result = .array(contexts)
            }
        }
        if keepSingletonArray, case .array(let box) = result {
            if box.isConstructed, !box.isSequence { result = .array(ArrayBox([result], isSequence: true)) }
            if case .array(let box) = result { box.keepSingleton = true }
        }
        if let group {
            if isTupleStream, let tuples { result = .array(tuples) }
            return try group.group(result, frame, evaluator)
        }
        return result
    }

    private func step(
        _ step: PathStep, _ input: [Value], _ isLast: Bool, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        if let sort = step.sort {
            var result = try sort.sorted(.array(ArrayBox(input, isSequence: true)), frame, evaluator)
            for case .filter(let predicate) in step.stages {
                result = try evaluator.filter(result, predicate, frame)
            }
            return result
        }
        var sequence: [Value] = []
        sequence.reserveCapacity(input.count)
        var first = Value.undefined
        var count = 0
        for item in input {
            var value: Value
            if let name = step.name, case .view(let view) = item, view.kind == .object {
                try evaluator.charge()
                value = view.value(name)
            } else {
                value = try evaluator.evaluate(step.node, item, frame)
            }
            for case .filter(let predicate) in step.stages {
                value = try evaluator.filter(value, predicate, frame)
            }
            if value.isUndefined { continue }
            if count == 0 { first = value }
            count += 1
            if case .array(let box) = value, box.isConstructed {
                sequence.append(value)
            } else {
                sequence.gather(value)
            }
        }
        if isLast, count == 1, first.isArray, first.sequence == nil { return first }
        try evaluator.charge(sequence.count)
        return .array(ArrayBox(sequence, isSequence: true))
    }

    // MARK: Tuples

    private func tupleStep(
        _ step: PathStep, _ input: [Value], _ rows: ArrayBox?, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> ArrayBox {
        let result: ArrayBox
        if let sort = step.sort {
            if let rows {
                result = try sort.sorted(.array(rows), frame, evaluator).asBox()
                result.isTupleStream = true
            } else {
                result = ArrayBox(isSequence: true)
                result.isTupleStream = true
                let sorted = try sort.sorted(.array(ArrayBox(input)), frame, evaluator)
                for (position, item) in sorted.items.enumerated() {
                    let row = Tuple(item)
                    if let index = step.index { row.bind(index, .number(Double(position))) }
                    result.items.append(.tuple(row))
                }
            }
        } else {
            result = ArrayBox(isSequence: true)
            result.isTupleStream = true
            for case .tuple(let row) in rows?.items ?? input.map({ Value.tuple(Tuple($0)) }) {
                let scope = Frame(frame, names: row.names, values: row.values)
                let value = try evaluator.evaluate(step.node, row.context, scope)
                if value.isUndefined { continue }
                for (position, item) in value.items.enumerated() {
                    result.items.append(.tuple(bind(step, row, item, position)))
                }
            }
            try evaluator.charge(result.items.count)
        }
        return try stages(step, result, frame, evaluator)
    }

    private func bind(_ step: PathStep, _ row: Tuple, _ item: Value, _ position: Int) -> Tuple {
        let next = row.copy()
        if case .tuple(let inner) = item {
            next.context = inner.context
            for (name, value) in zip(inner.names, inner.values) { next.bind(name, value) }
            return next
        }
        if let focus = step.focus { next.bind(focus, item) } else { next.context = item }
        if let index = step.index { next.bind(index, .number(Double(position))) }
        if let ancestor = step.ancestor { next.bind(ancestor, row.context) }
        return next
    }

    private func stages(
        _ step: PathStep, _ rows: ArrayBox, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> ArrayBox {
        var rows = rows
        for stage in step.stages {
            switch stage {
            case .filter(let predicate):
                rows = try evaluator.filter(.array(rows), predicate, frame).asBox()
                rows.isTupleStream = true
            case .index(let symbol):
                for (position, item) in rows.items.enumerated() {
                    if case .tuple(let row) = item { row.bind(symbol, .number(Double(position))) }
                }
            }
        }
        return rows
    }
}

extension Value {
    func asBox() -> ArrayBox {
        if case .array(let box) = self { return box }
        return ArrayBox(isUndefined ? [] : items, isSequence: true)
    }
}

extension Evaluator {
    /// Keeps the items for which the predicate is true, or those at the positions that it names.
    func filter(_ value: Value, _ predicate: Node, _ frame: Frame) throws(ExpressionError) -> Value {
        let results = ArrayBox(isSequence: true)
        var isTupleStream = false
        if case .array(let box) = value, box.isTupleStream { isTupleStream = true }
        results.isTupleStream = isTupleStream
        let items = value.items
        if let literal = predicate as? LiteralNode, case .number(let number) = literal.literal {
            var index = number.rounded(.down)
            if index < 0 { index += Double(items.count) }
            guard index >= 0, index < Double(items.count) else { return .array(results) }
            let item = items[Int(index)]
            if item.isUndefined { return .array(results) }
            if item.isArray { return item }
            results.items.append(item)
            return .array(results)
        }
        for (index, item) in items.enumerated() {
            var context = item
            var scope = frame
            if isTupleStream, case .tuple(let row) = item {
                context = row.context
                scope = Frame(frame, names: row.names, values: row.values)
            }
            let verdict = try evaluate(predicate, context, scope)
            if let positions = Self.positions(verdict) {
                for position in positions {
                    var wanted = position.rounded(.down)
                    if wanted < 0 { wanted += Double(items.count) }
                    if wanted == Double(index) { results.items.append(item) }
                }
            } else if verdict.truth ?? false {
                results.items.append(item)
            }
        }
        return .array(results)
    }

    /// The positions that a predicate's result names: a number, or an array of nothing but numbers.
    private static func positions(_ value: Value) -> [Double]? {
        if let number = value.double { return number.isNaN ? nil : [number] }
        guard let items = value.elements else { return nil }
        var positions: [Double] = []
        for item in items {
            guard let number = item.double else { return nil }
            positions.append(number)
        }
        return positions
    }
}
