/// The identity of a message: 128 bits, the same for every copy of it, printed as a ULID (26 characters of Crockford's
/// base 32).
///
/// Where the source knows an identity (a row id, a file's device, inode and offset) the id is derived from it, so a
/// redelivery after a crash bears the same id. Otherwise it is fresh: 48 bits of milliseconds since 1970 and 80 random
/// bits that count up within a millisecond.
@frozen
public struct MessageID: Sendable, Hashable, Comparable {
    public let high: UInt64
    public let low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id of what stands at `position` of the thing that `seed` names.
    @inlinable
    public init(seed: UInt64, position: UInt64) {
        high = seed
        low = position
    }

    @inlinable
    public static func < (left: MessageID, right: MessageID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Reads the printed form; nil where `text` is not one.
    public init?(_ text: String) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        guard text.utf8.count == 26 else { return nil }
        for byte in text.utf8 {
            guard let digit = Self.alphabet.firstIndex(of: byte) else { return nil }
            guard high >> 59 == 0 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }
}

extension MessageID: CustomStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: 26) { target in
            var high = high
            var low = low
            for place in stride(from: 25, through: 0, by: -1) {
                target[place] = Self.alphabet[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }
}

/// Makes fresh message ids, in order.
public struct MessageIDGenerator: Sendable {
    private var last = MessageID(high: 0, low: 0)

    public init() {}

    /// The first of `count` ids that follow one another by 1 in `low`.
    ///
    /// - Parameter milliseconds: wall time since 1970.
    public mutating func next(
        _ count: Int, at milliseconds: UInt64, using random: inout some RandomNumberGenerator
    ) -> MessageID {
        // A wall clock that is set back must not make ids fall: they go on from the last one.
        if last.high >> 16 >= milliseconds, last.low < .max >> 1 {
            last = MessageID(high: last.high, low: last.low &+ 1)
        } else {
            // The top bit stays clear, so that a run of ids never overflows into `high`.
            let time = max(milliseconds, (last.high >> 16) + (last.low < .max >> 1 ? 0 : 1))
            last = MessageID(high: time << 16 | random.next() & 0xFFFF, low: random.next() >> 2)
        }
        let first = last
        last = MessageID(high: last.high, low: last.low &+ UInt64(max(0, count - 1)))
        return first
    }
}
