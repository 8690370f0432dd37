/// Finds keys that stand twice in large objects: a table of hashes seeded by the process, so that nobody can prepare
/// keys that collide.
enum KeyTable {
    /// The first key that has stood before, among `count` members from `first` to `end`.
    static func firstDuplicate(
        _ first: UnsafePointer<Word>, _ count: Int, end: UnsafePointer<Word>, _ base: UnsafePointer<UInt8>
    ) -> Word? {
        var size = 64
        while size < count * 2 { size *= 2 }
        // Word indexes from 1; 0 is an empty place.
        var places = [UInt32](repeating: 0, count: size)
        var key = first
        while key < end {
            var place = hash(key.pointee, base) & (size - 1)
            while places[place] != 0 {
                let other = first[Int(places[place]) - 1]
                if KeyBytes.equal(key.pointee, base, other, base) { return key.pointee }
                place = (place + 1) & (size - 1)
            }
            places[place] = UInt32(key - first + 1)
            key += 1 + key[1].extent
        }
        return nil
    }

    private static func hash(_ key: Word, _ base: UnsafePointer<UInt8>) -> Int {
        var hasher = Hasher()
        if key.kind == .string {
            hasher.combine(bytes: UnsafeRawBufferPointer(start: base + key.offset, count: key.length))
        } else {
            StringEscapes.decoded(key, base).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }
}
