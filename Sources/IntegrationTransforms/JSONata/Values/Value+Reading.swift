internal import Glibc
internal import IntegrationDocument

extension Value {
    /// The value that a view stands for.
    @inline(__always)
    init(_ view: View) {
        switch view.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .missing: self = .undefined
        default: self = .view(view)
        }
    }

    @inline(__always)
    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isFunction: Bool {
        if case .function = self { return true }
        return false
    }

    var isArray: Bool {
        switch self {
        case .array: true
        case .view(let view): view.kind == .array
        default: false
        }
    }

    var isObject: Bool {
        switch self {
        case .object: true
        case .view(let view): view.kind == .object
        default: false
        }
    }

    var isString: Bool {
        switch self {
        case .string: true
        case .view(let view): view.word.isString
        default: false
        }
    }

    /// Whether this is a sequence, which collapses.
    var sequence: ArrayBox? {
        if case .array(let box) = self, box.isSequence { return box }
        return nil
    }

    /// The number, which may be infinite; nil for anything else.
    @inline(__always)
    var double: Double? {
        switch self {
        case .number(let number): number
        case .view(let view): view.double
        default: nil
        }
    }

    var string: String? {
        switch self {
        case .string(let string): string
        case .view(let view): view.string
        default: nil
        }
    }

    /// The symbol of the type in signatures: one of `snblaofm`.
    var symbol: UInt8 {
        switch self {
        case .undefined: UInt8(ascii: "m")
        case .null: UInt8(ascii: "l")
        case .bool: UInt8(ascii: "b")
        case .number: UInt8(ascii: "n")
        case .string: UInt8(ascii: "s")
        case .array: UInt8(ascii: "a")
        case .object, .tuple: UInt8(ascii: "o")
        case .function: UInt8(ascii: "f")
        case .view(let view):
            switch view.kind {
            case .string, .escapedString: UInt8(ascii: "s")
            case .integer, .decimal: UInt8(ascii: "n")
            case .array: UInt8(ascii: "a")
            default: UInt8(ascii: "o")
            }
        }
    }

    // MARK: Arrays

    /// The elements of an array; nil for anything else.
    var elements: [Value]? {
        switch self {
        case .array(let box): return box.items
        case .view(let view) where view.kind == .array:
            var items: [Value] = []
            items.reserveCapacity(view.count)
            for element in view.elements { items.append(Value(element)) }
            return items
        default: return nil
        }
    }

    /// The elements of an array, or the value itself as the only one.
    var items: [Value] { elements ?? [self] }

    /// Calls `body` with each element of an array, or with the value itself.
    @inline(__always)
    func forEach(_ body: (Value) throws(ExpressionError) -> Void) throws(ExpressionError) {
        switch self {
        case .array(let box): for item in box.items { try body(item) }
        case .view(let view) where view.kind == .array:
            for element in view.elements { try body(Value(element)) }
        default: try body(self)
        }
    }

    // MARK: Objects

    /// Calls `body` with each member of an object, in order.
    func forEachMember(_ body: (String, Value) throws(ExpressionError) -> Void) throws(ExpressionError) {
        switch self {
        case .object(let box): for (key, value) in zip(box.keys, box.values) { try body(key, value) }
        case .view(let view) where view.kind == .object:
            for member in view.members { try body(member.name, Value(member.value)) }
        default: return
        }
    }

    /// The members of an object, in order; empty for anything else.
    var members: [(key: String, value: Value)] {
        switch self {
        case .object(let box): return zip(box.keys, box.values).map { ($0, $1) }
        case .view(let view): return view.members.map { ($0.name, Value($0.value)) }
        default: return []
        }
    }

    /// Looks a key up: in an object its member, in an array a sequence of what its elements have (`$lookup`).
    func lookup(_ key: Name) -> Value {
        switch self {
        case .view(let view):
            if view.kind == .object { return view.value(key) }
            guard view.kind == .array else { return .undefined }
            let result = ArrayBox(isSequence: true)
            for element in view.elements { result.gather(Value(element).lookup(key)) }
            return .array(result)
        case .object(let box): return box[key.text] ?? .undefined
        case .array(let box):
            let result = ArrayBox(isSequence: true)
            for item in box.items { result.gather(item.lookup(key)) }
            return .array(result)
        default: return .undefined
        }
    }
}

extension ArrayBox {
    /// Appends a value, or the elements of an array; nothing where it is undefined.
    func gather(_ value: Value) { items.gather(value) }
}

extension [Value] {
    /// Appends a value, or the elements of an array; nothing where it is undefined.
    mutating func gather(_ value: Value) {
        switch value {
        case .undefined: return
        case .array(let box): self += box.items
        case .view(let view) where view.kind == .array:
            for element in view.elements { append(Value(element)) }
        default: append(value)
        }
    }
}

/// A key of the expression, ready to be compared with those of documents.
final class Name: @unchecked Sendable {
    // Proof of Sendable: an immutable block and a pointer into it.
    let text: String
    /// Valid for as long as the name.
    let bytes: KeyText
    private let block: ByteBlock

    init(_ text: String) {
        self.text = text
        block = ByteBlock(text)
        bytes = KeyText(block)
    }
}

/// The bytes of a key in memory that never moves and belongs to somebody else.
struct KeyText {
    let start: UnsafePointer<UInt8>
    let count: Int
    /// The first eight bytes, and which of them belong to the key.
    let head: UInt64
    let mask: UInt64

    init(_ block: ByteBlock) {
        start = block.start
        count = block.count
        mask = count >= 8 ? .max : (1 << UInt64(8 * count)) - 1
        head = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self) & mask
    }
}

extension View {
    /// The value of the last member with this name of an object.
    @inline(__always)
    func value(_ name: Name) -> Value {
        guard let found = member(name) else { return .undefined }
        return Value(View(found, bases))
    }

    /// The last member with this name of an object.
    @inline(__always)
    func member(_ name: Name) -> UnsafePointer<Word>? { withExtendedLifetime(name) { member(name.bytes) } }

    /// The last member with this key of an object.
    @inline(__always)
    func member(_ name: KeyText) -> UnsafePointer<Word>? {
        var at = pointer + 1
        let end = at + word.span
        var found: UnsafePointer<Word>?
        while at < end {
            let key = at.pointee
            if key.kind == .string {
                // Blocks are padded, so that eight bytes can be read at the last key too.
                if key.length == name.count,
                    UnsafeRawPointer(text(of: key)).loadUnaligned(as: UInt64.self) & name.mask == name.head,
                    name.count <= 8 || memcmp(text(of: key), name.start, name.count) == 0
                {
                    found = at + 1
                }
            } else if escapedKey(at, equals: name) {
                found = at + 1
            }
            at += 1 &+ at[1].extent
        }
        return found
    }

    @inline(never)
    private func escapedKey(_ key: UnsafePointer<Word>, equals name: KeyText) -> Bool {
        View(key, bases).withDecodedBytes {
            $0.count == name.count && memcmp($0.baseAddress ?? name.start, name.start, name.count) == 0
        }
    }
}
