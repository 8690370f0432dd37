internal import IntegrationDocument

extension BuiltinCall {
    func keys() -> Value {
        let result = ArrayBox(isSequence: true)
        if let items = self[0].elements {
            let seen = ObjectBox()
            for item in items { Self.gatherKeys(of: item, into: seen) }
            result.items = seen.keys.map { .string($0) }
        } else {
            result.items = self[0].members.map { .string($0.key) }
        }
        return .array(result)
    }

    private static func gatherKeys(of value: Value, into seen: ObjectBox) {
        if let items = value.elements {
            for item in items { gatherKeys(of: item, into: seen) }
        } else {
            for member in value.members { seen.set(member.key, .null) }
        }
    }

    func lookup() -> Value {
        guard let key = self[1].string else { return .undefined }
        return self[0].lookup(Name(key))
    }

    func spread() throws(ExpressionError) -> Value {
        guard self[0].isArray || self[0].isObject else { return self[0] }
        let result = ArrayBox(isSequence: true)
        try Self.spread(self[0], into: result, evaluator)
        if self[0].isArray { result.isSequence = self[0].items.isEmpty }
        return .array(result)
    }

    private static func spread(
        _ value: Value, into result: ArrayBox, _ evaluator: Evaluator
    ) throws(ExpressionError) {
        try evaluator.charge()
        if let items = value.elements {
            for item in items { try spread(item, into: result, evaluator) }
        } else if value.isObject {
            for (key, value) in value.members {
                let box = ObjectBox()
                box.set(key, value)
                result.items.append(.object(box))
            }
        } else if !value.isUndefined {
            result.items.append(value)
        }
    }

    func merge() throws(ExpressionError) -> Value {
        guard let items = self[0].elements else { return .undefined }
        let result = ObjectBox()
        for item in items {
            for (key, value) in item.members {
                try evaluator.charge()
                result.set(key, value)
            }
        }
        return .object(result)
    }

    /// - Throws: D1001 for a number that is not finite.
    func type() throws(ExpressionError) -> Value {
        if let number = self[0].double, !number.isFinite { throw ExpressionError(notFinite: number) }
        return switch self[0].symbol {
        case UInt8(ascii: "m"): .undefined
        case UInt8(ascii: "l"): .string("null")
        case UInt8(ascii: "n"): .string("number")
        case UInt8(ascii: "s"): .string("string")
        case UInt8(ascii: "b"): .string("boolean")
        case UInt8(ascii: "a"): .string("array")
        case UInt8(ascii: "f"): .string("function")
        default: .string("object")
        }
    }

    // MARK: Copies

    func clone() throws(ExpressionError) -> Value { try Self.copy(self[0], evaluator, level: 0) }

    /// A copy that shares nothing with the value; functions become empty strings, as in its JSON text.
    private static func copy(
        _ value: Value, _ evaluator: Evaluator, level: Int
    ) throws(ExpressionError) -> Value {
        try evaluator.charge()
        guard level < Value.maximumNesting else {
            throw ExpressionError("U1001", value: "the value is nested more than \(Value.maximumNesting) levels")
        }
        if let items = value.elements {
            let result = ArrayBox()
            result.items.reserveCapacity(items.count)
            for item in items { result.items.append(try copy(item, evaluator, level: level + 1)) }
            return .array(result)
        }
        if value.isObject {
            let result = ObjectBox()
            for (key, member) in value.members { result.set(key, try copy(member, evaluator, level: level + 1)) }
            return .object(result)
        }
        return value.isFunction ? .string("") : value
    }

    // MARK: Expressions in strings

    func eval() throws(ExpressionError) -> Value {
        guard let text = self[0].string else { return .undefined }
        var input = self[1].isUndefined ? context : self[1]
        if input.isArray, input.sequence == nil {
            let wrapper = ArrayBox([input], isSequence: true)
            wrapper.isOuterWrapper = true
            input = .array(wrapper)
        }
        let node: Node
        do {
            try evaluator.charge(text.utf8.count)
            let syntax = try ExpressionParser.parse(text)
            var compiler = ExpressionCompiler(symbols: evaluator.symbols, literals: nil)
            node = try compiler.compile(syntax)
            evaluator.symbols = compiler.symbols
        } catch {
            throw error.code == "U1001" ? error : ExpressionError("D3120", value: error.message)
        }
        let frame = evaluator.evalFrame
        do {
            return try evaluator.evaluate(node, input, frame)
        } catch {
            throw error.code.hasPrefix("U") ? error : ExpressionError("D3121", value: error.message)
        }
    }
}
