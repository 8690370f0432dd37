internal import Glibc

/// A growing buffer of bytes that documents are written into.
///
/// Copies are made thirty-two bytes at a time, so the buffer keeps padding behind its end.
public struct OutputBuffer: ~Copyable, @unchecked Sendable {
    // Proof of Sendable: the memory has exactly one owner.
    @usableFromInline var start: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    /// Number of bytes written.
    public internal(set) var count: Int
    /// The open containers of the value that is being written; grows with its depth.
    var open: UnsafeMutablePointer<OpenContainer>?
    var openCapacity = 0

    /// Where a container ends, and the two bytes that are written there.
    struct OpenContainer {
        var end: UnsafePointer<Word>
        var closing: UInt16
    }

    @usableFromInline static let padding = 64

    public init(capacity: Int = 4096) {
        start = .allocate(capacity: capacity + Self.padding)
        self.capacity = capacity
        count = 0
        open = nil
    }

    deinit {
        start.deallocate()
        open?.deallocate()
    }

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
