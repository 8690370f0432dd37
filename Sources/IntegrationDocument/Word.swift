/// What a tape word stands for.
@frozen
public enum Kind: UInt8, Sendable {
    case null = 0
    case `false` = 1
    case `true` = 2
    /// A number without fraction and exponent; the word spans its text.
    case integer = 3
    /// A number with a fraction or an exponent; the word spans its text.
    case decimal = 4
    /// A string whose raw bytes are its characters (no escapes); the word spans what stands between the quotes.
    case string = 5
    /// A string whose raw bytes hold escapes (RFC 8259, 7).
    case escapedString = 6
    case array = 7
    case object = 8
    /// No value at all: a path that found nothing. Never stands inside a document.
    case missing = 9
}

/// One 64-bit entry of the tape.
///
/// A scalar is `kind:4 | base:4 | length:24 | offset:32`: a span of bytes in one of the arena's sixteen byte bases.
/// A container is `kind:4 | count:28 | span:32`: its number of elements or members, and the number of words that follow
/// and belong to it (an object's members are a key word and a value each). Spans are relative, so a document can be
/// copied anywhere, and an insertion changes only its ancestors.
@frozen
public struct Word: Sendable, Hashable {
    public var bits: UInt64

    /// The longest span of bytes that a word can name, and so the largest document: 16 MiB less one byte.
    public static let maximumLength = (1 << 24) - 1

    @inlinable @inline(__always)
    public init(bits: UInt64) { self.bits = bits }

    /// A scalar that spans `length` bytes at `offset` of `base`.
    @inlinable @inline(__always)
    public init(_ kind: Kind, base: Int, offset: Int, length: Int) {
        bits =
            UInt64(truncatingIfNeeded: kind.rawValue) &<< 60 | UInt64(truncatingIfNeeded: base) &<< 56
            | UInt64(truncatingIfNeeded: length) &<< 32 | UInt64(UInt32(truncatingIfNeeded: offset))
    }

    /// A container with `count` elements or members and `span` words of content.
    @inlinable @inline(__always)
    public init(container kind: Kind, count: Int, span: Int) {
        bits =
            UInt64(truncatingIfNeeded: kind.rawValue) &<< 60 | UInt64(truncatingIfNeeded: count) &<< 32
            | UInt64(UInt32(truncatingIfNeeded: span))
    }

    @inlinable @inline(__always)
    public init(literal kind: Kind) { bits = UInt64(truncatingIfNeeded: kind.rawValue) &<< 60 }

    public static let null = Word(literal: .null)
    public static let `true` = Word(literal: .true)
    public static let `false` = Word(literal: .false)
    public static let missing = Word(literal: .missing)

    @inlinable @inline(__always)
    public static func bool(_ value: Bool) -> Word { Word(literal: value ? .true : .false) }

    @inlinable @inline(__always)
    public var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: bits &>> 60), to: Kind.self) }
    @inlinable @inline(__always)
    public var base: Int { Int(truncatingIfNeeded: (bits &>> 56) & 0xF) }
    /// Length in bytes of a scalar's text.
    @inlinable @inline(__always)
    public var length: Int { Int(truncatingIfNeeded: (bits &>> 32) & 0xFF_FFFF) }
    @inlinable @inline(__always)
    public var offset: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }

    /// Number of elements of an array or members of an object.
    @inlinable @inline(__always)
    public var count: Int { Int(truncatingIfNeeded: (bits &>> 32) & 0xFFF_FFFF) }
    /// Number of words of content of a container.
    @inlinable @inline(__always)
    public var span: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }

    @inlinable @inline(__always)
    public var isContainer: Bool { kind == .array || kind == .object }
    @inlinable @inline(__always)
    public var isString: Bool { kind == .string || kind == .escapedString }
    @inlinable @inline(__always)
    public var isNumber: Bool { kind == .integer || kind == .decimal }
    /// Whether it refers to bytes.
    var hasText: Bool { isString || isNumber }
    @inlinable @inline(__always)
    public var isMissing: Bool { kind == .missing }

    /// Number of words that this value occupies, itself included.
    @inlinable @inline(__always)
    public var extent: Int { isContainer ? span &+ 1 : 1 }
}
