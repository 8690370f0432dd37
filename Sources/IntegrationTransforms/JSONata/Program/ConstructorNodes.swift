internal import IntegrationDocument

/// `[…]`.
final class ArrayNode: Node, @unchecked Sendable {
    struct Item: Sendable {
        var node: Node
        /// An array literal stands as one element; anything else that is an array gives its elements.
        var isArrayLiteral: Bool
    }

    let items: [Item]
    let isConstructed: Bool

    init(_ syntax: Syntax, _ items: [Item]) {
        self.items = items
        isConstructed = syntax.isArrayConstructor
        super.init(syntax)
    }

    override var children: [Node] { items.map(\.node) }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let result = ArrayBox()
        for item in items {
            let value = try evaluator.evaluate(item.node, input, frame)
            if value.isUndefined { continue }
            if item.isArrayLiteral { result.items.append(value) } else { result.gather(value) }
        }
        try evaluator.charge(result.items.count)
        result.isConstructed = isConstructed
        return .array(result)
    }
}

/// `{…}`: an object constructor, and with an input of many items a group-by.
final class ObjectNode: Node, @unchecked Sendable {
    struct Pair: Sendable {
        var key: Node
        var value: Node
    }

    let pairs: [Pair]
    /// The keys, where all are constant and different: one item needs no grouping then.
    private let keys: [String]?
    private let values: [Node]

    init(_ syntax: Syntax, _ pairs: [Pair]) {
        self.pairs = pairs
        values = pairs.map(\.value)
        let keys = pairs.compactMap { pair in
            if let literal = pair.key as? LiteralNode, case .string(let key) = literal.literal { key } else { nil }
        }
        self.keys = keys.count == pairs.count && Set(keys.map { TextKey($0) }).count == keys.count ? keys : nil
        super.init(syntax)
    }

    override var children: [Node] { pairs.flatMap { [$0.key, $0.value] } }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        try group(input, frame, evaluator)
    }

    private final class Entry {
        let pair: Int
        var items: [Value]
        /// Whether the items are to be seen as an array.
        var isArray = false

        init(pair: Int, first: Value) {
            self.pair = pair
            items = [first]
        }
    }

    /// Groups the items of `input` by their keys, then evaluates each key's value over its group.
    func group(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        if let keys, !input.isArray { return try construct(keys, input, frame, evaluator) }
        var items = input.items
        if items.isEmpty { items = [.undefined] }
        var isReduction = false
        if case .array(let box) = input { isReduction = box.isTupleStream }
        let groups = ObjectOrder<Entry>()
        for item in items {
            var context = item
            var scope = frame
            if isReduction, case .tuple(let tuple) = item {
                context = tuple.context
                scope = Frame(frame, names: tuple.names, values: tuple.values)
            }
            for (index, pair) in pairs.enumerated() {
                let key = try evaluator.evaluate(pair.key, context, scope)
                if key.isUndefined { continue }
                guard let text = key.string else { throw error("T1003", value: key) }
                guard let entry = groups[text] else {
                    groups[text] = Entry(pair: index, first: item)
                    continue
                }
                guard entry.pair == index else { throw error("D1009", value: .string(text)) }
                entry.items.append(item)
            }
        }
        let result = ObjectBox()
        for (key, entry) in groups.entries {
            let node = pairs[entry.pair].value
            let value: Value
            if isReduction {
                let tuple = Self.reduce(entry.items)
                value = try evaluator.evaluate(
                    node, tuple.context, Frame(frame, names: tuple.names, values: tuple.values))
            } else {
                value = try evaluator.evaluate(node, Self.context(entry.items), frame)
            }
            if !value.isUndefined { result.set(key, value) }
        }
        return .object(result)
    }

    /// The object of a single item.
    private func construct(
        _ keys: [String], _ input: Value, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        // The keys are steps too.
        try evaluator.charge(keys.count)
        var present = keys
        var made: [Value] = []
        made.reserveCapacity(keys.count)
        for node in values {
            let value = try evaluator.evaluate(node, input, frame)
            if value.isUndefined { present.remove(at: made.count) } else { made.append(value) }
        }
        return .object(ObjectBox(keys: present, values: made))
    }

    /// What the value of a group is evaluated over: the one item, or all of them as an array.
    private static func context(_ items: [Value]) -> Value {
        if items.count == 1 { return items[0] }
        let joined = ArrayBox()
        for item in items { joined.gather(item) }
        return .array(joined)
    }

    /// Many rows of a tuple stream as one, each binding an array of what it was.
    private static func reduce(_ rows: [Value]) -> Tuple {
        guard case .tuple(let first)? = rows.first else { return Tuple(.undefined) }
        guard rows.count > 1 else { return first }
        let contexts = ArrayBox()
        var names: [Int32] = []
        var columns: [ArrayBox] = []
        for case .tuple(let row) in rows {
            contexts.gather(row.context)
            for (name, value) in zip(row.names, row.values) {
                let column = names.firstIndex(of: name) ?? names.count
                if column == names.count {
                    names.append(name)
                    columns.append(ArrayBox())
                }
                columns[column].gather(value)
            }
        }
        return Tuple(.array(contexts), names: names, values: columns.map { .array($0) })
    }
}

/// Keys in the order of their first appearance.
private final class ObjectOrder<Element> {
    private(set) var entries: [(key: String, value: Element)] = []
    private var slots: [TextKey: Int] = [:]

    subscript(_ key: String) -> Element? {
        get { slots[TextKey(key)].map { entries[$0].value } }
        set {
            guard let newValue else { return }
            slots[TextKey(key)] = entries.count
            entries.append((key, newValue))
        }
    }
}

extension Value {
    /// Both as one array (`$append`); an undefined one leaves the other as it is.
    func appending(_ other: Value) -> Value {
        if isUndefined { return other }
        if other.isUndefined { return self }
        let result = ArrayBox()
        result.gather(self)
        result.gather(other)
        return .array(result)
    }
}
