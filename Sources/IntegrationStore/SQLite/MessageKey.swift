/// The key of a message's row: its queue's number above, its sequence in the low 40 bits.
enum MessageKey {
    static let sequenceBits: UInt64 = 40

    static func key(queue: Int64, sequence: UInt64) -> Int64 { queue << sequenceBits | Int64(sequence) }

    static func sequence(_ key: Int64) -> UInt64 { UInt64(key) & (1 << sequenceBits - 1) }

    static func queue(_ key: Int64) -> Int64 { key >> sequenceBits }
}
