internal import IntegrationDocument

extension BuiltinCall {
    func aggregate(_ builtin: Builtin) throws(ExpressionError) -> Value {
        guard let items = self[0].elements else { return builtin == .count ? .number(0) : .undefined }
        try evaluator.charge(items.count)
        let numbers = items.lazy.map { $0.double ?? .nan }
        switch builtin {
        case .count: return .number(Double(items.count))
        case .sum: return .number(numbers.reduce(0, +))
        case .average: return items.isEmpty ? .undefined : .number(numbers.reduce(0, +) / Double(items.count))
        case .max: return numbers.max().map { .number($0) } ?? .undefined
        default: return numbers.min().map { .number($0) } ?? .undefined
        }
    }

    func append() throws(ExpressionError) -> Value {
        let result = self[0].appending(self[1])
        if case .array(let box) = result { try evaluator.charge(box.items.count) }
        return result
    }

    func reverse() -> Value {
        guard let items = self[0].elements, items.count > 1 else { return self[0] }
        return .array(ArrayBox(items.reversed()))
    }

    func shuffle() -> Value {
        guard var items = self[0].elements, items.count > 1 else { return self[0] }
        for index in stride(from: items.count - 1, to: 0, by: -1) {
            items.swapAt(index, Int(evaluator.random() * Double(index + 1)))
        }
        return .array(ArrayBox(items))
    }

    func distinct() throws(ExpressionError) -> Value {
        guard let items = self[0].elements, items.count > 1 else { return self[0] }
        let result = ArrayBox(isSequence: self[0].sequence != nil)
        var seen: Set<ScalarKey> = []
        var containers: [Value] = []
        for item in items {
            try evaluator.charge()
            if let key = ScalarKey(item) {
                if seen.insert(key).inserted { result.items.append(item) }
                continue
            }
            try evaluator.charge(containers.count)
            if !containers.contains(where: { $0.isEqual(to: item) }) {
                containers.append(item)
                result.items.append(item)
            }
        }
        return .array(result)
    }

    func zip() throws(ExpressionError) -> Value {
        let columns = arguments.map { $0.elements ?? [] }
        let length = columns.map(\.count).min() ?? 0
        try evaluator.charge(length * columns.count)
        return .array(
            ArrayBox((0..<length).map { row in .array(ArrayBox(columns.map { $0[row] })) }))
    }

    /// A value that can be found by hashing.
    private enum ScalarKey: Hashable {
        case null
        case bool(Bool)
        case number(Double)
        case string(TextKey)

        init?(_ value: Value) {
            if let number = value.double {
                self = .number(number)
            } else if let string = value.string {
                self = .string(TextKey(string))
            } else {
                switch value {
                case .null: self = .null
                case .bool(let bool): self = .bool(bool)
                default: return nil
                }
            }
        }
    }

    // MARK: Higher-order functions

    /// The arguments for a function that takes a value and, where it declares them, its place and the whole.
    private func arguments(
        for function: FunctionBox, _ value: Value, _ place: @autoclosure () -> Value, _ whole: Value
    ) -> [Value] {
        let arity = function.arity
        return arity >= 3 ? [value, place(), whole] : arity == 2 ? [value, place()] : [value]
    }

    func map() throws(ExpressionError) -> Value {
        guard let items = self[0].elements, let function = function(1) else { return .undefined }
        let result = ArrayBox(isSequence: true)
        for (index, item) in items.enumerated() {
            let value = try apply(function, arguments(for: function, item, .number(Double(index)), self[0]))
            if !value.isUndefined { result.items.append(value) }
        }
        return .array(result)
    }

    func filter() throws(ExpressionError) -> Value {
        guard let items = self[0].elements, let function = function(1) else { return .undefined }
        let result = ArrayBox(isSequence: true)
        for (index, item) in items.enumerated() {
            let verdict = try apply(function, arguments(for: function, item, .number(Double(index)), self[0]))
            if verdict.truth ?? false { result.items.append(item) }
        }
        return .array(result)
    }

    func single() throws(ExpressionError) -> Value {
        guard let items = self[0].elements else { return .undefined }
        let function = function(1)
        var found: Value?
        for (index, item) in items.enumerated() {
            if let function {
                let verdict = try apply(function, arguments(for: function, item, .number(Double(index)), self[0]))
                guard verdict.truth ?? false else { continue }
            }
            guard found == nil else { throw ExpressionError("D3138") }
            found = item
        }
        guard let found else { throw ExpressionError("D3139") }
        return found
    }

    func reduce() throws(ExpressionError) -> Value {
        guard let items = self[0].elements, let function = function(1) else { return .undefined }
        let arity = function.arity
        guard arity >= 2 else { throw ExpressionError("D3050", index: 1) }
        var result = self[2]
        var index = 0
        if result.isUndefined, let first = items.first {
            result = first
            index = 1
        }
        while index < items.count {
            var arguments = [result, items[index]]
            if arity >= 3 { arguments.append(.number(Double(index))) }
            if arity >= 4 { arguments.append(self[0]) }
            result = try apply(function, arguments)
            index += 1
        }
        return result
    }

    func sort() throws(ExpressionError) -> Value {
        guard let items = self[0].elements, items.count > 1 else { return self[0] }
        let order: [Int]
        if let function = function(1) {
            order = try MergeSort.order(items.count) { (one, two) throws(ExpressionError) in
                try apply(function, [items[one], items[two]]).truth ?? false
            }
        } else if case let numbers = items.compactMap(\.double), numbers.count == items.count {
            try evaluator.charge(items.count)
            order = try MergeSort.order(items.count) { (one, two) throws(ExpressionError) in
                numbers[one] > numbers[two]
            }
        } else {
            let texts = items.compactMap(\.string)
            guard texts.count == items.count else { throw ExpressionError("D3070", index: 1) }
            order = try MergeSort.order(items.count) { (one, two) throws(ExpressionError) in
                try evaluator.charge()
                return Text.isLess(texts[two], texts[one])
            }
        }
        return .array(ArrayBox(order.map { items[$0] }))
    }

    func each() throws(ExpressionError) -> Value {
        let result = ArrayBox(isSequence: true)
        guard let function = function(1) else { return .array(result) }
        for (key, value) in self[0].members {
            let mapped = try apply(function, arguments(for: function, value, .string(key), self[0]))
            if !mapped.isUndefined { result.items.append(mapped) }
        }
        return .array(result)
    }

    func sift() throws(ExpressionError) -> Value {
        let result = ObjectBox()
        guard let function = function(1) else { return .undefined }
        for (key, value) in self[0].members {
            let verdict = try apply(function, arguments(for: function, value, .string(key), self[0]))
            if verdict.truth ?? false { result.set(key, value) }
        }
        return result.count == 0 ? .undefined : .object(result)
    }
}
