internal import Glibc

/// The cursor over a text's backslashes: one `memchr` at a time, instead of a byte loop per string.
enum Backslashes {
    /// Offset of the first backslash from `start`; `Int.max` where there is none before `length`.
    @inline(__always)
    static func first(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ length: Int) -> Int {
        guard start < length, let found = memchr(bytes + start, 0x5C, length &- start) else { return Int.max }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes
    }

    /// Checks the escapes (RFC 8259, 7) from the backslash `at` to the closing quote `end`; returns the first backslash
    /// behind, or `~offset` of the backslash whose escape is none.
    @inline(never)
    static func check(_ bytes: UnsafePointer<UInt8>, _ at: Int, _ end: Int, _ length: Int) -> Int {
        var at = at
        repeat {
            guard at &+ 1 < end else { return ~at }
            switch bytes[at &+ 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                if bytes[at &+ 2] == 0x5C {
                    at &+= 2
                    continue
                }
                at = first(bytes, at &+ 2, length)
            case UInt8(ascii: "u"):
                guard at &+ 5 < end, StringEscapes.hex(bytes + (at &+ 2)) != nil else {
                    return ~at
                }
                at = first(bytes, at &+ 6, length)
            default:
                return ~at
            }
        } while at < end
        return at
    }
}
