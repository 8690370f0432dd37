internal import IntegrationDocument

/// Writes values into a document under construction and keeps count of its size.
struct ValueWriter {
    /// Bytes that may still be written: eight for each value, and the text of what was made.
    private var room: Int
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        room = limit
    }

    private mutating func take(_ bytes: Int) throws(ExpressionError) {
        room -= bytes
        if room < 0 { throw ExpressionError("U1002", value: "\(limit)") }
    }

    /// Writes a value; undefined and functions become null.
    ///
    /// - Throws: D1001 for a number that is not finite, U1002 where the result grows too large.
    mutating func write(
        _ value: Value, into builder: inout Builder, level: Int = 0
    ) throws(ExpressionError) {
        guard level < Value.maximumNesting else {
            throw ExpressionError("U1001", value: "the result is nested more than \(Value.maximumNesting) levels")
        }
        switch value {
        case .undefined, .null, .function:
            try take(8)
            builder.append(.null)
        case .bool(let bool):
            try take(8)
            builder.append(.bool(bool))
        case .number(let number):
            try take(32)
            guard number.isFinite else { throw ExpressionError(notFinite: number) }
            builder.append(number: number)
        case .string(let string):
            try take(8 + string.utf8.count)
            builder.append(string: string)
        case .view(let view): try copy(view, into: &builder)
        case .tuple(let tuple): try write(tuple.context, into: &builder, level: level)
        case .array(let box):
            try take(8)
            let mark = builder.open()
            for item in box.items { try write(item, into: &builder, level: level + 1) }
            builder.close(mark, .array, count: box.items.count)
        case .object(let box):
            try take(8)
            let mark = builder.open()
            var count = 0
            for (key, member) in zip(box.keys, box.values) where !member.isUndefined && !member.isFunction {
                try take(8 + key.utf8.count)
                builder.append(builder.arena.makeString(key))
                try write(member, into: &builder, level: level + 1)
                count += 1
            }
            builder.close(mark, .object, count: count)
        }
    }

    mutating func copy(_ view: View, into builder: inout Builder) throws(ExpressionError) {
        try take(8 * view.word.extent)
        if view.bases == UnsafePointer(builder.arena.bases) {
            builder.copy(view.pointer)
        } else {
            builder.copy(foreign: view)
        }
    }
}
