internal import CRabbitMQ

/// Frames on their way out, in order (AMQP 0-9-1, section 2.3.5); whoever puts one in looks whether there is room.
struct AMQPOutput {
    private var bytes: [UInt8] = []
    private var head = 0

    /// So many bytes may wait when one more frame is put in.
    private static let limit = 256 << 10
    /// Bytes of a frame beside its payload.
    static let overhead = 8
    private static let end: UInt8 = 0xCE

    var isEmpty: Bool { head == bytes.count }
    var hasRoom: Bool { bytes.count - head < Self.limit }

    /// Puts a frame in, whose payload is `parts`, one after another.
    mutating func append(_ type: Int32, on channel: UInt16, _ parts: UnsafeRawBufferPointer...) {
        bytes.append(UInt8(truncatingIfNeeded: type))
        append(channel)
        append(UInt32(truncatingIfNeeded: parts.reduce(0) { $0 + $1.count }))
        for part in parts { bytes.append(contentsOf: part) }
        bytes.append(Self.end)
    }

    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Has `body` write what waits.
    ///
    /// - Returns: what `body` returns: how many bytes of it are written.
    mutating func write(_ body: (UnsafeRawBufferPointer) -> Int) -> Int {
        let written = bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[head...])) }
        head += max(0, written)
        if head == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.limit {
            bytes.removeFirst(head)
            head = 0
        }
        return written
    }
}
