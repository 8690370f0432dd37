internal import Glibc

/// A value of a document, read where it stands.
///
/// A view is two pointers: it decodes nothing, copies nothing and keeps nothing alive. It is valid until its arena is
/// reset, and its bytes until the next write to the arena's scratch.
@frozen
public struct View {
    public let pointer: UnsafePointer<Word>
    public let bases: UnsafePointer<UnsafePointer<UInt8>>

    @inlinable @inline(__always)
    public init(_ pointer: UnsafePointer<Word>, _ bases: UnsafePointer<UnsafePointer<UInt8>>) {
        self.pointer = pointer
        self.bases = bases
    }

    @inlinable @inline(__always)
    public var word: Word { pointer.pointee }
    @inlinable @inline(__always)
    public var kind: Kind { pointer.pointee.kind }
    /// Number of elements of an array or members of an object, 0 for anything else.
    @inlinable @inline(__always)
    public var count: Int { word.isContainer ? word.count : 0 }

    /// Start of a scalar's text.
    @inlinable @inline(__always)
    public var text: UnsafePointer<UInt8> { text(of: pointer.pointee) }

    @inlinable @inline(__always)
    public func text(of word: Word) -> UnsafePointer<UInt8> { bases[word.base] + word.offset }

    /// The raw bytes of a string (between its quotes) or a number.
    @inlinable
    public var rawBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: text, count: word.length) }

    // MARK: Scalars

    /// The characters of a string; nil for anything else.
    public var string: String? {
        switch kind {
        case .string: return String(decoding: rawBytes, as: UTF8.self)
        case .escapedString: return String(decoding: decodedBytes, as: UTF8.self)
        default: return nil
        }
    }

    /// The characters of a string as UTF-8; empty for anything else.
    public var decodedBytes: [UInt8] { word.isString ? StringEscapes.decoded(word, bases[word.base]) : [] }

    /// Calls `body` with the characters of a string as UTF-8, without allocating where the string has no escapes.
    @inlinable
    public func withDecodedBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        if kind == .string { return try body(rawBytes) }
        return try decodedBytes.withUnsafeBufferPointer(body)
    }

    /// The nearest double of a number; nil for anything else.
    @inlinable
    public var double: Double? { word.isNumber ? NumberText.double(text, word.length) : nil }

    /// The value of a number that is an integer within 64 bits; nil for anything else.
    public var integer: Int64? { word.isNumber ? NumberText.integer(text, word.length) : nil }

    @inlinable
    public var bool: Bool? { kind == .true ? true : kind == .false ? false : nil }

    @inlinable
    public var isNull: Bool { kind == .null }

    /// Whether the characters of a string are `other`.
    public func equals(_ other: StaticString) -> Bool {
        withDecodedBytes {
            $0.count == other.utf8CodeUnitCount
                && memcmp($0.baseAddress ?? other.utf8Start, other.utf8Start, $0.count) == 0
                && word.isString
        }
    }

    // MARK: Containers

    /// The element at `index` of an array; nil where there is none.
    public subscript(_ index: Int) -> View? {
        guard kind == .array, index >= 0, index < word.count else { return nil }
        var at = pointer + 1
        for _ in 0..<index { at += at.pointee.extent }
        return View(at, bases)
    }

    /// The value of the last member named `key`; nil where there is none.
    public subscript(_ key: String) -> View? {
        var key = key
        return key.withUTF8 { member($0) }
    }

    /// The value of the last member whose key has these characters; nil where there is none or this is no object.
    public func member(_ key: UnsafeBufferPointer<UInt8>) -> View? {
        guard kind == .object else { return nil }
        let length = key.count
        let head = KeyBytes.head(copying: key)
        // A word's upper half without its base: kind and length in one comparison.
        let plain = UInt32(Kind.string.rawValue) &<< 28 | UInt32(truncatingIfNeeded: length)
        guard length <= Word.maximumLength else { return nil }
        var found: View?
        var at = pointer + 1
        let end = at + word.span
        while at < end {
            let upper = UInt32(truncatingIfNeeded: at.pointee.bits &>> 32)
            if upper & 0xF0FF_FFFF == plain {
                let start = text(of: at.pointee)
                if KeyBytes.head(start, length) == head,
                    length <= 8 || memcmp(start + 8, key.baseAddress.unsafelyUnwrapped + 8, length &- 8) == 0
                {
                    found = View(at + 1, bases)
                }
            } else if upper &>> 28 == UInt32(Kind.escapedString.rawValue), equalsEscaped(at.pointee, key) {
                found = View(at + 1, bases)
            }
            at += 1 &+ at[1].extent
        }
        return found
    }

    private func equalsEscaped(_ word: Word, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        word.length > key.count && StringEscapes.decoded(word, bases[word.base]).elementsEqual(key)
    }

    /// The elements of an array, in order; empty for anything else.
    @inlinable
    public var elements: Elements { Elements(self) }

    /// The members of an object, in order; empty for anything else.
    @inlinable
    public var members: Members { Members(self) }

    @frozen
    public struct Elements: Sequence, IteratorProtocol {
        @usableFromInline var at: UnsafePointer<Word>
        @usableFromInline let end: UnsafePointer<Word>
        @usableFromInline let bases: UnsafePointer<UnsafePointer<UInt8>>

        @inlinable
        init(_ view: View) {
            at = view.pointer + 1
            end = view.kind == .array ? at + view.word.span : at
            bases = view.bases
        }

        @inlinable @inline(__always)
        public mutating func next() -> View? {
            guard at < end else { return nil }
            defer { at += at.pointee.extent }
            return View(at, bases)
        }
    }

    /// A key (always a string) and its value.
    @frozen
    public struct Member {
        public let key: View
        public let value: View

        @inlinable
        init(key: View, value: View) {
            self.key = key
            self.value = value
        }

        /// The characters of the key.
        public var name: String { key.string ?? "" }
    }

    @frozen
    public struct Members: Sequence, IteratorProtocol {
        @usableFromInline var at: UnsafePointer<Word>
        @usableFromInline let end: UnsafePointer<Word>
        @usableFromInline let bases: UnsafePointer<UnsafePointer<UInt8>>

        @inlinable
        init(_ view: View) {
            at = view.pointer + 1
            end = view.kind == .object ? at + view.word.span : at
            bases = view.bases
        }

        @inlinable @inline(__always)
        public mutating func next() -> Member? {
            guard at < end else { return nil }
            let member = Member(key: View(at, bases), value: View(at + 1, bases))
            at += 1 &+ at[1].extent
            return member
        }
    }
}

@available(*, unavailable)
extension View: Sendable {}
