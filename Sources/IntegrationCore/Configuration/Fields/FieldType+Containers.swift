/// One entry of a mapping whose keys the user chooses.
public struct Named<Value: Sendable>: Sendable {
    public var name: String
    public var span: SourceSpan
    public var value: Value

    public init(_ name: String, _ value: Value, span: SourceSpan = .none) {
        self.name = name
        self.value = value
        self.span = span
    }
}

/// A value of one of two types.
public enum Either<First: Sendable, Second: Sendable>: Sendable {
    case first(First)
    case second(Second)
}

extension FieldType {
    /// A list; each entry is decoded even where another one is wrong.
    public static func list<Element>(
        of element: FieldType<Element>, count: ClosedRange<Int> = 0...Int.max
    ) -> FieldType where Value == [Element] {
        let shape = FieldShape.list(element.shape)
        return FieldType(
            shape: shape, encode: { .sequence($0.compactMap(element.encode)) },
            decode: { node, context in
                guard let nodes = node.elements else {
                    context.wrongType(node, expected: shape, help: node.scalar.map { "write `[\($0.shown)]`" })
                    return nil
                }
                guard count.contains(nodes.count) else {
                    let bounds =
                        count.upperBound == .max
                        ? "at least \(count.lowerBound)"
                        : "from \(count.lowerBound) to \(count.upperBound)"
                    context.outOfRange(node, shown: "\(nodes.count) entries long", bounds: bounds)
                    return nil
                }
                return context.decodeAll(nodes, with: element)
            })
    }

    /// One value, or a list of them.
    public static func oneOrMany<Element>(
        of element: FieldType<Element>
    ) -> FieldType where Value == [Element] {
        FieldType(
            shape: .oneOrMany(element.shape),
            encode: { $0.count == 1 ? element.encode($0[0]) : .sequence($0.compactMap(element.encode)) },
            decode: { node, context in
                guard let nodes = node.elements else { return element.decode(node, &context).map { [$0] } }
                return context.decodeAll(nodes, with: element)
            })
    }

    /// A mapping whose keys are names that the user chooses, in order.
    public static func map<Element>(
        to element: FieldType<Element>
    ) -> FieldType where Value == [Named<Element>] {
        let shape = FieldShape.map(element.shape)
        return FieldType(
            shape: shape,
            encode: { .mapping($0.compactMap { entry in element.encode(entry.value).map { (entry.name, $0) } }) },
            decode: { node, context in
                guard let mapping = node.mapping else {
                    context.wrongType(node, expected: shape)
                    return nil
                }
                var isComplete = true
                var result: [Named<Element>] = []
                for entry in mapping.entries {
                    let value = context.within(entry.key, at: entry.keySpan) { element.decode(entry.value, &$0) }
                    if let value {
                        result.append(Named(entry.key, value, span: entry.keySpan))
                    } else {
                        isComplete = false
                    }
                }
                return isComplete ? result : nil
            })
    }

    /// A nested mapping by a table that has no Swift type of its own.
    public static func fields(of table: FieldTable) -> FieldType where Value == DecodedFields {
        FieldType(shape: .table(table)) { node, context in table.decode(node, &context) }
    }

    /// A nested mapping whose `type` names one of several tables.
    ///
    /// - Parameter byDefault: the table where `type` is left out.
    public static func variants(
        _ tables: [FieldTable], byDefault: String? = nil
    ) -> FieldType where Value == DecodedFields {
        let shape = FieldShape.variants(tables, byDefault: byDefault)
        return FieldType(shape: shape) { node, context in
            guard node.mapping != nil else {
                context.wrongType(node, expected: shape)
                return nil
            }
            guard let table = context.variant(of: node, among: tables, byDefault: byDefault) else { return nil }
            return table.decode(node, &context, ignoring: ["type"])
        }
    }

    /// A value of one type where it is a scalar, of another where it is a list or a mapping.
    public static func either<Simple, Structured>(
        scalar: FieldType<Simple>, else structured: FieldType<Structured>
    ) -> FieldType where Value == Either<Simple, Structured> {
        FieldType(
            shape: .either([scalar.shape, structured.shape]),
            encode: {
                switch $0 {
                case .first(let value): scalar.encode(value)
                case .second(let value): structured.encode(value)
                }
            },
            decode: { node, context in
                if node.scalar != nil { return scalar.decode(node, &context).map { .first($0) } }
                return structured.decode(node, &context).map { .second($0) }
            })
    }

    /// The same text, made into another Swift type.
    public func map<Other: Sendable>(
        _ forward: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value?
    ) -> FieldType<Other> {
        let inner = self
        return FieldType<Other>(
            shape: inner.shape, encode: { back($0).flatMap(inner.encode) },
            decode: { node, context in inner.decode(node, &context).map(forward) })
    }
}

extension FieldType where Value: Configurable {
    /// A nested mapping with its own table; nothing written means a mapping with nothing in it.
    public static var table: FieldType {
        FieldType(shape: .table(Value.table)) { node, context in
            Value.table.decode(node, &context).map { Value($0) }
        }
    }
}

extension DecodingContext {
    fileprivate mutating func decodeAll<Element>(
        _ nodes: [ConfigurationNode], with element: FieldType<Element>
    ) -> [Element]? {
        var isComplete = true
        var result: [Element] = []
        for (index, node) in nodes.enumerated() {
            let span = node.mapping?.entries.first?.keySpan ?? node.span
            if let value = within("[\(index)]", at: span, { element.decode(node, &$0) }) {
                result.append(value)
            } else {
                isComplete = false
            }
        }
        return isComplete ? result : nil
    }

    fileprivate mutating func variant(
        of node: ConfigurationNode, among tables: [FieldTable], byDefault: String?
    ) -> FieldTable? {
        guard let type = node["type"], !type.isAbsent else {
            if let byDefault { return tables.first { $0.name == byDefault } }
            missing("type", help: "add `type: …`: " + FieldShape.choice(tables.map(\.name)))
            return nil
        }
        if type.scalar?.isBroken == true { return nil }
        guard let scalar = type.scalar else {
            within("type", at: type.span) { $0.wrongType(type, expected: .enumeration(tables.map(\.name))) }
            return nil
        }
        if let table = tables.first(where: { $0.name == scalar.text }) { return table }
        within("type", at: type.span) { $0.notAChoice(type, shown: scalar, names: tables.map(\.name)) }
        return nil
    }
}
