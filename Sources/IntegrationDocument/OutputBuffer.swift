internal import Glibc

/// A growing buffer of bytes that documents are written into.
///
/// Copies are made sixteen bytes at a time, so the buffer keeps padding behind its end.
public struct OutputBuffer: ~Copyable, @unchecked Sendable {
    // Proof of Sendable: the memory has exactly one owner.
    @usableFromInline var start: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    /// Number of bytes written.
    public internal(set) var count: Int

    @usableFromInline static let padding = 64

    public init(capacity: Int = 4096) {
        start = .allocate(capacity: capacity + Self.padding)
        self.capacity = capacity
        count = 0
    }

    deinit { start.deallocate() }

    public mutating func removeAll() { count = 0 }

    /// Takes back everything behind the first `count` bytes.
    public mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    @usableFromInline
    mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.padding)
        memcpy(grown, start, count)
        start.deallocate()
        start = grown
    }

    /// Room for `more` bytes behind the end; take them with `advance`.
    @inlinable @inline(__always)
    public mutating func reserve(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity &- count < more { grow(more) }
        return start + count
    }

    public mutating func advance(_ written: Int) { count += written }

    public mutating func append(_ byte: UInt8) {
        reserve(1).pointee = byte
        count += 1
    }

    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        memcpy(reserve(bytes.count), source, bytes.count)
        count += bytes.count
    }

    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }
}

extension OutputBuffer {
    /// Appends a value as minimal JSON: strings and numbers exactly as they came in.
    ///
    /// Bytes behind the source spans are read up to fifteen past their end, which every arena base allows.
    public mutating func append(_ view: View) {
        writeValue(view.pointer, view.bases)
    }

    /// Writes `extent` words from `first` without recursion: closings are kept on a small stack.
    private mutating func writeValue(_ first: UnsafePointer<Word>, _ bases: UnsafePointer<UnsafePointer<UInt8>>) {
        guard first.pointee.isContainer else {
            writeScalar(first.pointee, bases, then: 0)
            return
        }
        withUnsafeTemporaryAllocation(of: UnsafePointer<Word>.self, capacity: 1025) { ends in
            withUnsafeTemporaryAllocation(of: Bool.self, capacity: 1025) { objects in
                writeContainer(first, bases, ends.baseAddress.unsafelyUnwrapped, objects.baseAddress.unsafelyUnwrapped)
            }
        }
    }

    private mutating func writeContainer(
        _ first: UnsafePointer<Word>, _ bases: UnsafePointer<UnsafePointer<UInt8>>,
        _ ends: UnsafeMutablePointer<UnsafePointer<Word>>, _ objects: UnsafeMutablePointer<Bool>
    ) {
        var at = first
        var depth = 0
        var out = reserve(64)
        var limit = start + capacity
        while true {
            // A value at `at`.
            let word = at.pointee
            if word.isContainer {
                let isObject = word.kind == .object
                out.pointee = isObject ? UInt8(ascii: "{") : UInt8(ascii: "[")
                out += 1
                depth &+= 1
                precondition(depth <= 1024, "a document is nested more than 1,024 levels")
                ends[depth] = at + (word.span &+ 1)
                objects[depth] = isObject
                at += 1
                if limit - out < 64 { regrow(&out, &limit, 64) }
            } else {
                copyScalar(word, bases, &out, &limit)
                at += 1
                out.pointee = UInt8(ascii: ",")
                out += 1
            }
            // Close what ends here.
            while at == ends[depth] {
                if out[-1] == UInt8(ascii: ",") { out -= 1 }
                out[0] = objects[depth] ? UInt8(ascii: "}") : UInt8(ascii: "]")
                out[1] = UInt8(ascii: ",")
                out += 2
                depth &-= 1
                if limit - out < 64 { regrow(&out, &limit, 64) }
                if depth == 0 {
                    count = out - start - 1
                    return
                }
            }
            if objects[depth] {
                copyScalar(at.pointee, bases, &out, &limit)
                out.pointee = UInt8(ascii: ":")
                out += 1
                at += 1
            }
        }
    }

    private mutating func regrow(
        _ out: inout UnsafeMutablePointer<UInt8>, _ limit: inout UnsafeMutablePointer<UInt8>, _ more: Int
    ) {
        count = out - start
        grow(more)
        out = start + count
        limit = start + capacity
    }

    @inline(__always)
    private mutating func copyScalar(
        _ word: Word, _ bases: UnsafePointer<UnsafePointer<UInt8>>, _ out: inout UnsafeMutablePointer<UInt8>,
        _ limit: inout UnsafeMutablePointer<UInt8>
    ) {
        let length = word.length
        if limit - out < length &+ 80 { regrow(&out, &limit, length &+ 80) }
        switch word.kind {
        case .string, .escapedString:
            out.pointee = UInt8(ascii: "\"")
            copyText(bases[word.base] + word.offset, length, out + 1)
            out[length &+ 1] = UInt8(ascii: "\"")
            out += length &+ 2
        case .integer, .decimal:
            copyText(bases[word.base] + word.offset, length, out)
            out += length
        case .true:
            UnsafeMutableRawPointer(out).storeBytes(of: 0x6575_7274, as: UInt32.self)
            out += 4
        case .false:
            UnsafeMutableRawPointer(out).storeBytes(of: 0x65_736C_6166, as: UInt64.self)
            out += 5
        default:
            UnsafeMutableRawPointer(out).storeBytes(of: 0x6C6C_756E, as: UInt32.self)
            out += 4
        }
    }

    @inline(__always)
    private func copyText(
        _ source: UnsafePointer<UInt8>, _ length: Int, _ target: UnsafeMutablePointer<UInt8>
    ) {
        if length > 64 {
            memcpy(target, source, length)
            return
        }
        var at = 0
        repeat {
            let part = UnsafeRawPointer(source + at).loadUnaligned(as: SIMD16<UInt8>.self)
            UnsafeMutableRawPointer(target + at).storeBytes(of: part, as: SIMD16<UInt8>.self)
            at &+= 16
        } while at < length
    }

    private mutating func writeScalar(_ word: Word, _ bases: UnsafePointer<UnsafePointer<UInt8>>, then: UInt8) {
        var out = reserve(word.length + 80)
        var limit = start + capacity
        copyScalar(word, bases, &out, &limit)
        count = out - start
    }
}
