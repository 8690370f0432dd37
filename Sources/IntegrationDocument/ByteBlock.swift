/// An immutable block of bytes with padding behind it, so that vector code may read past the last byte.
///
/// A source fills a block once and hands it over; from then on it is only read.
public final class ByteBlock: @unchecked Sendable {
    // Proof of Sendable: the memory is written only through `unsafeFill` during initialisation, read-only afterwards,
    // and freed when the last reference goes.

    /// Readable bytes behind the last byte of every block.
    public static let padding = 64

    public let start: UnsafePointer<UInt8>
    /// Number of bytes.
    public let count: Int

    /// A block whose first bytes `fill` writes; it returns how many.
    ///
    /// - Parameter fill: gets a buffer of `capacity` bytes that lives only during the call.
    public init<E: Error>(
        capacity: Int, unsafeFill fill: (UnsafeMutableBufferPointer<UInt8>) throws(E) -> Int
    ) throws(E) {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.padding)
        let written: Int
        do {
            written = try fill(UnsafeMutableBufferPointer(start: memory, count: capacity))
        } catch {
            memory.deallocate()
            throw error
        }
        precondition(written <= capacity, "a block was filled beyond its capacity")
        (memory + written).initialize(repeating: 0, count: Self.padding)
        start = UnsafePointer(memory)
        count = written
    }

    /// Takes over memory with padding behind it.
    init(owning start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    /// A block that copies `bytes`.
    public convenience init(_ bytes: UnsafeRawBufferPointer) {
        self.init(capacity: bytes.count) { target in
            if let source = bytes.baseAddress, let start = target.baseAddress {
                UnsafeMutableRawPointer(start).copyMemory(from: source, byteCount: bytes.count)
            }
            return bytes.count
        }
    }

    public convenience init(_ bytes: [UInt8]) {
        self.init(capacity: bytes.count) { target in
            _ = target.initialize(from: bytes)
            return bytes.count
        }
    }

    public convenience init(_ text: String) { self.init(Array(text.utf8)) }

    deinit { UnsafeMutablePointer(mutating: start).deallocate() }
}

/// A span of bytes in one of an arena's bases. It means nothing without its arena.
@frozen
public struct Slice: Sendable, Hashable {
    public var base: UInt32
    public var offset: UInt32
    /// Length in bytes.
    public var length: UInt32

    @inlinable
    public init(base: Int, offset: Int, length: Int) {
        self.base = UInt32(truncatingIfNeeded: base)
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
    }

    public static let empty = Slice(base: 0, offset: 0, length: 0)
}
