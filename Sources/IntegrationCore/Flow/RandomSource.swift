internal import Glibc
internal import Synchronization

/// Where a flow's randomness comes from: the machine, or, so that tests are exact, a seed.
///
/// Copies of a seeded source share one sequence: whoever draws next gets the next number.
public struct RandomSource: RandomNumberGenerator, Sendable {
    /// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
    private final class Sequence: Sendable {
        let state: Mutex<UInt64>

        init(seed: UInt64) { state = Mutex(seed) }

        func next() -> UInt64 {
            let stepped = state.withLock { state in
                state &+= 0x9E37_79B9_7F4A_7C15
                return state
            }
            var mixed = (stepped ^ stepped >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private let sequence: Sequence?

    /// The machine's own randomness.
    public static let system = RandomSource(nil)

    /// The same numbers for the same seed, on every machine.
    public init(seed: UInt64) { self.init(Sequence(seed: seed)) }

    private init(_ sequence: Sequence?) { self.sequence = sequence }

    public mutating func next() -> UInt64 {
        if let sequence { return sequence.next() }
        return Self.machine.withLock { $0.next() }
    }

    /// What the machine gave and nobody took yet: asking it costs a system call.
    private struct Supply {
        private var numbers: [UInt64] = []

        mutating func next() -> UInt64 {
            if let number = numbers.popLast() { return number }
            // 256 bytes are the most that it gives at once (getentropy(3)).
            numbers = [UInt64](unsafeUninitializedCapacity: 32) { buffer, count in
                count = getentropy(buffer.baseAddress, 256) == 0 ? 32 : 0
            }
            var system = SystemRandomNumberGenerator()
            return numbers.popLast() ?? system.next()
        }
    }

    private static let machine = Mutex(Supply())
}
