public import Glibc

/// Quick comparison of keys by their bytes.
@usableFromInline
enum KeyBytes {
    /// The first eight bytes of a key of `length` bytes, zeros behind its end. May read up to seven bytes past it.
    @inlinable @inline(__always)
    static func head(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        let word = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
        return length >= 8 ? word : word & ((1 &<< (UInt64(truncatingIfNeeded: length) &<< 3)) &- 1)
    }

    /// The same for bytes without padding behind them.
    static func head(copying key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var head: UInt64 = 0
        for (place, byte) in key.prefix(8).enumerated() { head |= UInt64(byte) &<< (UInt64(place) &* 8) }
        return head
    }

    /// One of 64 bits for a key, by its first and last byte.
    @inline(__always)
    static func bit(first: UInt8, last: UInt8) -> UInt64 { 1 &<< (UInt64(first) &+ UInt64(last) &* 5) }

    /// The last eight bytes of a key of `length` bytes; zero for shorter keys.
    @inlinable @inline(__always)
    static func tail(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        length >= 8 ? UnsafeRawPointer(bytes + (length &- 8)).loadUnaligned(as: UInt64.self) : 0
    }

    /// Whether two string words have the same characters.
    @inlinable
    static func equal(
        _ left: Word, _ leftBase: UnsafePointer<UInt8>, _ right: Word, _ rightBase: UnsafePointer<UInt8>
    ) -> Bool {
        if left.kind == .string, right.kind == .string {
            return left.length == right.length
                && memcmp(leftBase + left.offset, rightBase + right.offset, left.length) == 0
        }
        return equalDecoded(left, leftBase, right, rightBase)
    }

    @usableFromInline
    static func equalDecoded(
        _ left: Word, _ leftBase: UnsafePointer<UInt8>, _ right: Word, _ rightBase: UnsafePointer<UInt8>
    ) -> Bool {
        StringEscapes.decoded(left, leftBase) == StringEscapes.decoded(right, rightBase)
    }
}
