/// A reply that was given to a request with an idempotency key, as it is kept: a digest of the request's body, the
/// status, the length of the reply's body, and the bytes behind the status line.
struct RememberedReply: Sendable, Equatable {
    /// SHA-256 of the body that was answered.
    let fingerprint: [UInt8]
    let bytes: [UInt8]

    private static let digestCount = 32
    private static let headCount = digestCount + 6

    init(_ fingerprint: [UInt8], _ reply: EncodedReply) {
        self.fingerprint = fingerprint
        var bytes = fingerprint
        withUnsafeBytes(of: UInt16(reply.status).bigEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt32(reply.bodyCount).bigEndian) { bytes += $0 }
        self.bytes = bytes + reply.rest
    }

    /// Nil where the bytes are not a whole reply.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headCount else { return nil }
        fingerprint = Array(bytes[..<Self.digestCount])
        self.bytes = bytes
    }

    var reply: EncodedReply {
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 | Int($1) } }
        return EncodedReply(
            status: number(Self.digestCount..<Self.digestCount + 2),
            rest: Array(bytes[Self.headCount...]), bodyCount: number(Self.digestCount + 2..<Self.headCount))
    }
}
