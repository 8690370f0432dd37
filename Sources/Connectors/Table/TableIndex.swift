internal import Glibc
internal import IntegrationDocument

/// Rows by key: a hash table with open addressing (linear probing), written once.
struct TableIndex: ~Copyable {
    private struct Slot {
        /// Nil where the slot is free.
        var row: UnsafePointer<Word>?
        var key: UnsafePointer<UInt8>
        var length: UInt32
        var hash: UInt32
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int
    /// Number of rows.
    private(set) var count = 0

    /// - Parameter capacity: the most rows that will be inserted; at least a quarter of the slots stay free.
    init(capacity: Int) {
        var size = 16
        while size * 3 < capacity * 4 { size *= 2 }
        mask = size - 1
        slots = .allocate(capacity: size)
        let nowhere = UnsafePointer(UnsafeMutablePointer<UInt8>(bitPattern: 1).unsafelyUnwrapped)
        slots.initialize(repeating: Slot(row: nil, key: nowhere, length: 0, hash: 0), count: size)
    }

    deinit { slots.deallocate() }

    /// Bytes of memory.
    var footprint: Int { (mask + 1) * MemoryLayout<Slot>.stride }

    /// Adds a row; returns the one that already has the key instead.
    ///
    /// - Parameter key: stays where it is for as long as the index.
    mutating func insert(_ key: UnsafeBufferPointer<UInt8>, _ row: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        let hash = Self.hash(key)
        var at = Int(hash) & mask
        while let other = slots[at].row {
            if matches(at, key, hash) { return other }
            at = (at &+ 1) & mask
        }
        slots[at] = Slot(
            row: row, key: key.baseAddress ?? slots[at].key, length: UInt32(truncatingIfNeeded: key.count), hash: hash)
        count += 1
        return nil
    }

    /// The row with this key.
    borrowing func row(_ key: UnsafeBufferPointer<UInt8>) -> UnsafePointer<Word>? {
        let hash = Self.hash(key)
        var at = Int(hash) & mask
        while let row = slots[at].row {
            if matches(at, key, hash) { return row }
            at = (at &+ 1) & mask
        }
        return nil
    }

    @inline(__always)
    private borrowing func matches(_ at: Int, _ key: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Bool {
        let slot = slots + at
        guard slot.pointee.hash == hash, Int(slot.pointee.length) == key.count else { return false }
        guard let start = key.baseAddress else { return true }
        return memcmp(slot.pointee.key, start, key.count) == 0
    }

    /// Eight bytes at a time are mixed by a multiplication of 64 by 64 bits, whose halves are folded.
    @inline(__always)
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard let start = key.baseAddress else { return 0 }
        let bytes = UnsafeRawPointer(start)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: key.count)
        var at = 0
        while at &+ 8 <= key.count {
            state = mixed(state, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        var tail: UInt64 = 0
        while at < key.count {
            tail = tail &<< 8 | UInt64(start[at])
            at &+= 1
        }
        state = mixed(state, tail)
        return UInt32(truncatingIfNeeded: state ^ state &>> 32)
    }

    @inline(__always)
    private static func mixed(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let product = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
