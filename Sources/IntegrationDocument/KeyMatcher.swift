internal import Glibc

/// A fixed set of keys, compiled so that one pass over an object finds the slot of each member.
///
/// Keys are grouped by length and told apart by their first and last eight bytes; only keys of more than sixteen are
/// compared in full.
public final class KeyMatcher: @unchecked Sendable {
    // Proof of Sendable: the raw memory is written only in `init`.
    @usableFromInline
    struct Candidate: Sendable {
        @usableFromInline var head: UInt64
        @usableFromInline var tail: UInt64
        @usableFromInline var slot: Int32
        /// Index of the next candidate of the same length, or -1.
        @usableFromInline var next: Int32
    }

    /// The keys in the order of their slots.
    public let keys: [String]
    private let block: ByteBlock
    @usableFromInline let texts: [UnsafePointer<UInt8>]
    @usableFromInline let candidates: UnsafeMutablePointer<Candidate>
    @usableFromInline let firstByLength: UnsafeMutablePointer<Int32>

    @inlinable static var lengths: Int { 64 }
    /// The upper half of a key word without base and length.
    @inlinable static var plainKey: UInt32 { UInt32(Kind.string.rawValue) &<< 28 }
    /// What `slot(of:)` returns for a key that is not in the set.
    public static let none = -1

    /// - Parameter keys: distinct keys; the slot of each is its index.
    public init(_ keys: [String]) {
        self.keys = keys
        let bytes = keys.map { Array($0.utf8) }
        block = ByteBlock(bytes.flatMap { $0 })
        var texts: [UnsafePointer<UInt8>] = []
        var offset = 0
        for key in bytes {
            texts.append(block.start + offset)
            offset += key.count
        }
        self.texts = texts
        candidates = .allocate(capacity: max(1, keys.count))
        firstByLength = .allocate(capacity: Self.lengths)
        firstByLength.initialize(repeating: -1, count: Self.lengths)
        for (slot, key) in bytes.enumerated() {
            let bucket = min(key.count, Self.lengths - 1)
            (candidates + slot).initialize(
                to: Candidate(
                    head: KeyBytes.head(texts[slot], key.count), tail: KeyBytes.tail(texts[slot], key.count),
                    slot: Int32(slot), next: firstByLength[bucket]))
            firstByLength[bucket] = Int32(slot)
        }
        lengthsOfKeys = bytes.map(\.count)
    }

    @usableFromInline let lengthsOfKeys: [Int]

    deinit {
        candidates.deallocate()
        firstByLength.deallocate()
    }

    /// The slot of a key word, or `none`.
    @inlinable @inline(__always)
    public func slot(of key: Word, _ bases: UnsafePointer<UnsafePointer<UInt8>>) -> Int {
        guard key.kind == .string else { return slotOfEscaped(key, bases) }
        return slot(bases[key.base] + key.offset, key.length)
    }

    @inlinable @inline(__always)
    func slot(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int {
        slot(text, length, firstByLength[min(length, Self.lengths &- 1)])
    }

    /// - Parameter first: index of the first candidate of this length.
    @inlinable @inline(__always)
    func slot(_ text: UnsafePointer<UInt8>, _ length: Int, _ first: Int32) -> Int {
        guard first >= 0 else { return Self.none }
        let head = KeyBytes.head(text, length)
        var candidate = candidates + Int(first)
        while true {
            if candidate.pointee.head == head, length <= 8 || equalTail(candidate, text, length) {
                return Int(candidate.pointee.slot)
            }
            let next = candidate.pointee.next
            guard next >= 0 else { return Self.none }
            candidate = candidates + Int(next)
        }
    }

    /// Compares what is behind the first eight bytes.
    @inlinable @inline(__always)
    func equalTail(
        _ candidate: UnsafeMutablePointer<Candidate>, _ text: UnsafePointer<UInt8>, _ length: Int
    ) -> Bool {
        candidate.pointee.tail == KeyBytes.tail(text, length)
            && (length <= 16 || equalText(Int(candidate.pointee.slot), text, length))
    }

    @usableFromInline
    func equalText(_ slot: Int, _ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        lengthsOfKeys[slot] == length && memcmp(texts[slot], text, length) == 0
    }

    @usableFromInline
    func slotOfEscaped(_ key: Word, _ bases: UnsafePointer<UnsafePointer<UInt8>>) -> Int {
        let text = ByteBlock(StringEscapes.decoded(key, bases[key.base]))
        return withExtendedLifetime(text) { slot(text.start, text.count) }
    }

    /// Fills `slots` with the values of an object's members that are in the set, nil for those that are missing; the
    /// last one wins where a key stands twice. Returns false when the view is no object.
    @inlinable @inline(__always)
    public func find(in object: View, _ slots: UnsafeMutablePointer<UnsafePointer<Word>?>) -> Bool {
        for slot in 0..<keys.count { slots[slot] = nil }
        guard object.kind == .object else { return false }
        var at = object.pointer + 1
        let end = at + object.word.span
        let bases = object.bases
        while at < end {
            // One comparison tells a plain key of a usual length: `kind:4 | length:24` without the base between them.
            let key = at.pointee
            let length = (UInt32(truncatingIfNeeded: key.bits &>> 32) & 0xF0FF_FFFF) &- Self.plainKey
            let slot: Int
            if length < UInt32(Self.lengths &- 1) {
                slot = self.slot(bases[key.base] + key.offset, Int(length), firstByLength[Int(length)])
            } else {
                slot = self.slot(of: key, bases)
            }
            if slot >= 0 { slots[slot] = at + 1 }
            at += 1 &+ at[1].extent
        }
        return true
    }
}
