internal import Glibc

extension OutputBuffer {
    /// Appends a value as minimal JSON: strings and numbers exactly as they came in.
    ///
    /// Bytes behind the source spans are read up to 32 past their end, which every arena base allows.
    public mutating func append(_ view: View) {
        let word = view.word
        if word.isContainer, word.span > 0 {
            writeContainer(view.pointer, view.bases)
            return
        }
        var out = reserve(word.isContainer ? 8 : word.length + Self.slack)
        var limit = start + capacity
        defer { count = out - start }
        switch word.kind {
        case .array: out.put(0x5D5B as UInt16)
        case .object: out.put(0x7D7B as UInt16)
        case .integer, .decimal, .string, .escapedString: copyText(word.bits, view.bases, &out, &limit)
        default: out.putLiteral(word.kind)
        }
    }

    /// Room that is kept in front of the limit: the copies' overhang, quotes and punctuation, closings.
    private static let slack = 96

    /// Writes a container that is not empty, without recursion.
    ///
    /// Every value is followed by a comma, which the bracket behind the last one overwrites.
    private mutating func writeContainer(_ first: UnsafePointer<Word>, _ bases: UnsafePointer<UnsafePointer<UInt8>>) {
        var at = first
        var end = first
        var closing: UInt16 = 0
        var depth = 0
        var out = reserve(Self.slack)
        var limit = start + (capacity &- Self.slack)
        while true {
            // A value at `at`.
            let bits = at.pointee.bits
            let kind = bits &>> 60
            at += 1
            if kind &- UInt64(Kind.integer.rawValue) < 4 {
                copyText(bits, bases, &out, &limit)
                out.pointee = UInt8(ascii: ",")
                out += 1
            } else if kind >= UInt64(Kind.array.rawValue) && kind <= UInt64(Kind.object.rawValue) {
                if _slowPath(limit < out) {
                    out = regrow(out, 0)
                    limit = start + (capacity &- Self.slack)
                }
                let isObject = kind == UInt64(Kind.object.rawValue)
                let span = Int(truncatingIfNeeded: bits & 0xFFFF_FFFF)
                if span > 0 {
                    out.pointee = isObject ? UInt8(ascii: "{") : UInt8(ascii: "[")
                    out += 1
                    if _slowPath(depth >= openCapacity) { growOpen() }
                    open.unsafelyUnwrapped[depth] = OpenContainer(end: end, closing: closing)
                    depth &+= 1
                    end = at + span
                    closing = isObject ? 0x2C7D : 0x2C5D
                } else {
                    out.put((isObject ? 0x2C_7D7B : 0x2C_5D5B) as UInt32)
                    out -= 1
                }
            } else {
                if _slowPath(limit < out) {
                    out = regrow(out, 0)
                    limit = start + (capacity &- Self.slack)
                }
                out.putLiteral(at[-1].kind)
                out.pointee = UInt8(ascii: ",")
                out += 1
            }
            // Close what ends here.
            while at == end {
                out -= 1
                out.put(closing)
                depth &-= 1
                if depth == 0 {
                    count = out - start - 1
                    return
                }
                end = open.unsafelyUnwrapped[depth].end
                closing = open.unsafelyUnwrapped[depth].closing
                if _slowPath(limit < out) {
                    out = regrow(out, 0)
                    limit = start + (capacity &- Self.slack)
                }
            }
            if closing == 0x2C7D {
                copyText(at.pointee.bits, bases, &out, &limit)
                out.pointee = UInt8(ascii: ":")
                out += 1
                at += 1
            }
        }
    }

    /// Copies the text of a number or a string, with its quotes, and leaves slack behind.
    ///
    /// Numbers are told from strings without a branch: a quote is written on both sides, and counts where it belongs.
    @inline(__always)
    private mutating func copyText(
        _ bits: UInt64, _ bases: UnsafePointer<UnsafePointer<UInt8>>, _ out: inout UnsafeMutablePointer<UInt8>,
        _ limit: inout UnsafeMutablePointer<UInt8>
    ) {
        let length = Int(truncatingIfNeeded: (bits &>> 32) & 0xFF_FFFF)
        let source = bases[Int(truncatingIfNeeded: (bits &>> 56) & 0xF)] + Int(truncatingIfNeeded: bits & 0xFFFF_FFFF)
        // 1 for the two kinds of strings, 0 for the two kinds of numbers.
        let quote = Int(truncatingIfNeeded: (bits &>> 60 &+ 3) &>> 3)
        if _slowPath(limit - out < length) {
            out = regrow(out, length)
            limit = start + (capacity &- Self.slack)
        }
        out.pointee = UInt8(ascii: "\"")
        out += quote
        if _fastPath(length <= 32) { Self.copy32(source, out) } else { Self.copyLong(source, out, length) }
        out += length
        out.pointee = UInt8(ascii: "\"")
        out += quote
    }

    @inline(__always)
    private static func copy32(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) {
        let low = UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt8>.self)
        let high = UnsafeRawPointer(source + 16).loadUnaligned(as: SIMD16<UInt8>.self)
        UnsafeMutableRawPointer(target).storeBytes(of: low, as: SIMD16<UInt8>.self)
        UnsafeMutableRawPointer(target + 16).storeBytes(of: high, as: SIMD16<UInt8>.self)
    }

    @inline(never)
    private static func copyLong(
        _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ length: Int
    ) {
        if length > 128 {
            memcpy(target, source, length)
            return
        }
        var at = 0
        repeat {
            copy32(source + at, target + at)
            at &+= 32
        } while at < length
    }

    /// Makes room for `more` bytes and the slack behind `out`, which may move.
    @inline(never)
    private mutating func regrow(_ out: UnsafeMutablePointer<UInt8>, _ more: Int) -> UnsafeMutablePointer<UInt8> {
        count = out - start
        grow(more + Self.slack)
        return start + count
    }

    @inline(never)
    private mutating func growOpen() {
        let grown = UnsafeMutablePointer<OpenContainer>.allocate(capacity: max(64, openCapacity * 2))
        if let open {
            grown.moveInitialize(from: open, count: openCapacity)
            open.deallocate()
        }
        open = grown
        openCapacity = max(64, openCapacity * 2)
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// Stores the bytes of `value`, lowest first, and moves behind them.
    @inline(__always)
    fileprivate mutating func put<T: FixedWidthInteger>(_ value: T) {
        UnsafeMutableRawPointer(self).storeBytes(of: value.littleEndian, as: T.self)
        self += MemoryLayout<T>.size
    }

    /// Writes `true`, `false` or `null`; null too where there is no value at all.
    @inline(__always)
    fileprivate mutating func putLiteral(_ kind: Kind) {
        switch kind {
        case .true: put(0x6575_7274 as UInt32)
        case .false:
            put(0x736C_6166 as UInt32)
            pointee = UInt8(ascii: "e")
            self += 1
        default: put(0x6C6C_756E as UInt32)
        }
    }
}
