internal import IntegrationDocument

/// Kinds of values as bits, by the raw value of `Kind`.
struct KindSet: OptionSet, Hashable, Sendable {
    let rawValue: UInt16

    init(rawValue: UInt16) { self.rawValue = rawValue }

    @inline(__always)
    init(_ kind: Kind) { rawValue = 1 &<< UInt16(kind.rawValue) }

    static let null = KindSet(.null)
    static let boolean: KindSet = [KindSet(.false), KindSet(.true)]
    static let integer = KindSet(.integer)
    static let number: KindSet = [KindSet(.integer), KindSet(.decimal)]
    static let string: KindSet = [KindSet(.string), KindSet(.escapedString)]
    static let array = KindSet(.array)
    static let object = KindSet(.object)
    static let all: KindSet = [.null, .boolean, .number, .string, .array, .object]
}

typealias NodePointer = UnsafePointer<SchemaNode>
typealias WordPointer = UnsafePointer<Word>

/// A compiled schema, one of a flat row: everything that it refers to is a pointer into the program's own memory.
struct SchemaNode {
    /// Kinds that are allowed.
    var kinds: KindSet
    /// Kinds for which there is more to check.
    var checked: KindSet
    /// Whether a number with a fraction or an exponent is allowed where its value is an integer.
    var takesIntegralDecimals: Bool
    var values: UnsafePointer<ValueRules>?
    var numbers: UnsafePointer<NumberRules>?
    var strings: UnsafePointer<StringRules>?
    var objects: UnsafePointer<ObjectRules>?
    var arrays: UnsafePointer<ArrayRules>?
    var applicators: UnsafePointer<Applicators>?
    /// `unevaluatedProperties` and `unevaluatedItems`.
    var unevaluatedMembers: NodePointer?
    var unevaluatedItems: NodePointer?
}

/// `enum` and `const`.
struct ValueRules {
    /// The strings among the allowed values.
    var strings: Unmanaged<KeyMatcher>
    /// All other allowed values.
    var others: Row<WordPointer>
    /// Where their texts are.
    var bases: UnsafePointer<UnsafePointer<UInt8>>
    /// Kinds of all allowed values.
    var kinds: KindSet
}

struct NumberRules {
    /// Whether any number above 0 is valid, and whether any integer above 0 is: both can be seen from the first digit.
    var takesPositives: Bool
    var takesNaturals: Bool
    var minimum: NumberBound?
    var exclusiveMinimum: NumberBound?
    var maximum: NumberBound?
    var exclusiveMaximum: NumberBound?
    var multipleOf: NumberBound?
}

/// A number of the schema.
struct NumberBound {
    var value: Double
    var text: UnsafePointer<UInt8>
    var length: Int
    /// Whether two texts of this kind are equal only if their doubles are: at most fifteen digits and no exponent.
    var isShort: Bool
}

struct StringRules {
    /// In code points.
    var minLength: Int
    var maxLength: Int
    var pattern: Unmanaged<SchemaPattern>?
    var format: StringFormat?
    var content: StringContent = []
}

struct ObjectRules {
    /// Names that mean something: of properties, required members and dependencies.
    var names: Unmanaged<KeyMatcher>
    /// One for each name, in the order of the schema.
    var members: Row<MemberRule>
    /// Presence bits that must be set, in words of 64.
    var required: Row<UInt64>
    var minProperties: Int
    var maxProperties: Int
    var patterns: Row<PatternMemberRule>
    /// For members that are neither named nor matched; nil where nothing is to be checked.
    var additional: NodePointer?
    /// Whether such members count as evaluated.
    var evaluatesAdditional: Bool
    var propertyNames: NodePointer?
    var dependents: Row<DependentRule>
}

struct MemberRule {
    /// Upper half of the word of a key of this length without escapes; 0 for keys of more than sixteen bytes.
    var signature: UInt32
    /// First eight bytes of the key, and which of them count.
    var head: UInt64
    var headMask: UInt64
    /// Last eight bytes of a key of more than eight.
    var tail: UInt64
    var node: NodePointer?
    /// Whether the name stands under `properties`.
    var isProperty = false
    /// Where its presence is noted; -1 where nobody asks.
    var bit: Int32 = -1
    /// The same within 64 bits.
    var mask: UInt64 = 0

    /// Kind and length of a scalar's word.
    private static let signatureMask: UInt64 = 0xF0FF_FFFF_0000_0000

    init(_ name: [UInt8]) {
        let word = Word(.string, base: 0, offset: 0, length: name.count)
        signature = (1...16).contains(name.count) ? UInt32(truncatingIfNeeded: word.bits >> 32) : 0
        func load(_ bytes: some Sequence<UInt8>) -> UInt64 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        head = load(name.prefix(8))
        headMask = name.count >= 8 ? .max : 1 << UInt64(name.count * 8) - 1
        tail = name.count > 8 ? load(name.suffix(8)) : 0
    }

    /// Whether a key is this name; may be false for a name that is long or written with escapes.
    @inline(__always)
    func matches(_ key: Word, _ bases: UnsafePointer<UnsafePointer<UInt8>>) -> Bool {
        let signature = UInt32(truncatingIfNeeded: (key.bits & Self.signatureMask) &>> 32)
        guard signature == self.signature else { return false }
        let text = UnsafeRawPointer(bases[key.base] + key.offset)
        guard text.loadUnaligned(as: UInt64.self) & headMask == head else { return false }
        return key.length <= 8 || (text + (key.length &- 8)).loadUnaligned(as: UInt64.self) == tail
    }
}

struct PatternMemberRule {
    var pattern: Unmanaged<SchemaPattern>
    var node: NodePointer
}

struct DependentRule {
    /// Presence bit of the member that demands.
    var trigger: Int
    /// Presence bits of the members that it demands.
    var required: Row<Int>
    var node: NodePointer?
}

struct ArrayRules {
    var minItems: Int
    var maxItems: Int
    var isUnique: Bool
    var prefix: Row<NodePointer>
    /// For items behind the prefix; nil where nothing is to be checked.
    var rest: NodePointer?
    /// Whether items behind the prefix count as evaluated.
    var evaluatesRest: Bool
    var contains: NodePointer?
    var minContains: Int
    var maxContains: Int
    var containsEvaluates: Bool
}

struct Applicators {
    /// `$ref`, `$dynamicRef` and `allOf`.
    var all: Row<NodePointer>
    var any: Row<NodePointer>
    var one: Row<NodePointer>
    var not: NodePointer?
    var condition: NodePointer?
    var then: NodePointer?
    var otherwise: NodePointer?
}

/// Some values in a row of the program's memory.
struct Row<Element> {
    var start: UnsafePointer<Element>
    var count: Int

    @inline(__always)
    subscript(_ index: Int) -> Element { start[index] }

    var isEmpty: Bool { count == 0 }
}
