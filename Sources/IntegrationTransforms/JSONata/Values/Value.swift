internal import Glibc
internal import IntegrationDocument

/// A value during evaluation.
///
/// What comes from a document stays a view of it: numbers keep their text, strings and containers are not copied.
enum Value {
    case undefined
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    /// A value of a document; never null, a boolean or missing.
    case view(View)
    case array(ArrayBox)
    case object(ObjectBox)
    case function(FunctionBox)
    /// An element of a tuple stream; never leaves a path.
    case tuple(Tuple)
}

/// An array made by an evaluation, or a sequence: the result of a path, which collapses when it has one element or none.
final class ArrayBox {
    var items: [Value]
    var isSequence: Bool
    /// Stays an array even with one element (`[]` behind a step).
    var keepSingleton = false
    /// Made by an array constructor inside a path: not flattened.
    var isConstructed = false
    /// The wrapper around an input that is itself an array.
    var isOuterWrapper = false
    var isTupleStream = false

    init(_ items: [Value] = [], isSequence: Bool = false) {
        self.items = items
        self.isSequence = isSequence
    }
}

/// An object made by an evaluation: members in the order in which they were first set.
final class ObjectBox {
    private(set) var keys: [String] = []
    private(set) var values: [Value] = []
    private var slots: [TextKey: Int] = [:]
    /// Above this many members a table finds them.
    private static let few = 8

    var count: Int { keys.count }

    init() {}

    /// Members whose keys are all different.
    init(keys: [String], values: [Value]) {
        self.keys = keys
        self.values = values
        if keys.count > Self.few { fillSlots() }
    }

    private func fillSlots() {
        for (slot, key) in keys.enumerated() { slots[TextKey(key)] = slot }
    }

    private func slot(_ key: String) -> Int? {
        if keys.count <= Self.few { return keys.firstIndex { Text.equal($0, key) } }
        return slots[TextKey(key)]
    }

    subscript(_ key: String) -> Value? { slot(key).map { values[$0] } }

    func set(_ key: String, _ value: Value) {
        if let slot = slot(key) {
            values[slot] = value
            return
        }
        keys.append(key)
        values.append(value)
        if keys.count == Self.few + 1 {
            fillSlots()
        } else if keys.count > Self.few {
            slots[TextKey(key)] = keys.count - 1
        }
    }

    func remove(_ key: String) {
        guard let slot = slot(key) else { return }
        keys.remove(at: slot)
        values.remove(at: slot)
        slots.removeAll()
        if keys.count > Self.few { fillSlots() }
    }
}

/// A row of a tuple stream: the context and what `@`, `#` and `%` bound on the way.
final class Tuple {
    var context: Value
    var names: [Int32]
    var values: [Value]

    init(_ context: Value, names: [Int32] = [], values: [Value] = []) {
        self.context = context
        self.names = names
        self.values = values
    }

    func copy() -> Tuple { Tuple(context, names: names, values: values) }

    func bind(_ name: Int32, _ value: Value) {
        if let known = names.firstIndex(of: name) {
            values[known] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }
}

/// Text by its code points: Swift's own equality is by canonical equivalence, which JSON does not know.
enum Text {
    static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }

    /// Whether `left` stands before `right` in the order of UTF-16 code units (ECMA-262, 7.2.13).
    static func isLess(_ left: String, _ right: String) -> Bool { isLess(left.utf8, right.utf8) }

    /// The same for UTF-8.
    static func isLess(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        var one = left.makeIterator()
        var two = right.makeIterator()
        while true {
            guard let second = two.next() else { return false }
            guard let first = one.next() else { return true }
            if first != second {
                // Supplementary characters are surrogates in UTF-16, below U+E000...U+FFFF.
                let isHigh = (first >= 0xF0, second >= 0xF0)
                if isHigh.0 != isHigh.1, min(first, second) >= 0xEE { return isHigh.0 }
                return first < second
            }
        }
    }

    /// Offset in UTF-16 code units of a byte offset.
    static func utf16Offset(_ text: String, _ utf8Offset: Int) -> Int {
        text.utf8.prefix(utf8Offset).reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
    }

    /// Byte offset of an offset in UTF-16 code units.
    static func utf8Offset(_ text: String, _ utf16Offset: Int) -> Int {
        var units = 0
        var bytes = 0
        for scalar in text.unicodeScalars {
            guard units < utf16Offset else { break }
            units += scalar.value > 0xFFFF ? 2 : 1
            bytes += String(scalar).utf8.count
        }
        return bytes
    }

    /// Offset in bytes of the first `needle` at or behind `start`.
    static func find(_ needle: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
        guard !needle.isEmpty else { return start <= text.count ? start : nil }
        guard text.count - start >= needle.count else { return nil }
        return text.withUnsafeBufferPointer { text in
            needle.withUnsafeBufferPointer { needle in
                guard let base = text.baseAddress, let target = needle.baseAddress else { return nil }
                var at = start
                while at + needle.count <= text.count {
                    let last = text.count - needle.count - at + 1
                    guard let found = memchr(base + at, Int32(target[0]), last) else { return nil }
                    at = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
                    if memcmp(base + at, target, needle.count) == 0 { return at }
                    at += 1
                }
                return nil
            }
        }
    }
}

/// A string that is hashed by its bytes.
struct TextKey: Hashable {
    let text: String
    init(_ text: String) { self.text = text }

    static func == (left: TextKey, right: TextKey) -> Bool { Text.equal(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
