internal import IntegrationDocument

extension Validator {
    /// Whether two values are equal (2020-12 core, 4.2.2), without allocating for numbers.
    static func isEqual(_ left: View, _ right: View) -> Bool {
        guard left.word.isNumber, right.word.isNumber else { return left.isEqual(to: right) }
        return ExactDecimal(left).compared(to: ExactDecimal(right)) == 0
    }
}

/// Looks for equal items of an array.
enum UniqueItems {
    /// The places of two equal items, the second as far in front as can be; nil where all differ.
    static func firstRepetition(_ array: View) -> (first: Int, second: Int)? {
        let count = array.count
        guard count > 1 else { return nil }
        return count <= 8 ? compareAll(array) : compareHashes(array, count)
    }

    private static func compareAll(_ array: View) -> (first: Int, second: Int)? {
        var second = 0
        for item in array.elements {
            var first = 0
            for earlier in array.elements {
                if first == second { break }
                if Validator.isEqual(earlier, item) { return (first, second) }
                first += 1
            }
            second += 1
        }
        return nil
    }

    /// One pass with a hash table; the hashes are seeded, so that nobody can prepare collisions.
    private static func compareHashes(_ array: View, _ count: Int) -> (first: Int, second: Int)? {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        let mask = capacity - 1
        return withUnsafeTemporaryAllocation(of: Entry.self, capacity: capacity) { table in
            table.initialize(repeating: Entry(hash: 0, word: nil, index: 0))
            var index = 0
            for item in array.elements {
                let hash = hash(item)
                var slot = hash & mask
                while let word = table[slot].word {
                    if table[slot].hash == hash, Validator.isEqual(View(word, array.bases), item) {
                        return (table[slot].index, index)
                    }
                    slot = (slot + 1) & mask
                }
                table[slot] = Entry(hash: hash, word: item.pointer, index: index)
                index += 1
            }
            return nil
        }
    }

    private struct Entry {
        var hash: Int
        var word: WordPointer?
        var index: Int
    }

    /// Equal for equal values: numbers by value, objects without order.
    private static func hash(_ view: View) -> Int {
        var hasher = Hasher()
        switch view.kind {
        case .integer, .decimal:
            hasher.combine(1)
            ExactDecimal(view).hash(into: &hasher)
        case .string, .escapedString:
            hasher.combine(2)
            view.withDecodedText { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .array:
            hasher.combine(3)
            for item in view.elements { hasher.combine(hash(item)) }
        case .object:
            hasher.combine(4)
            var sum = 0
            for member in view.members {
                var pair = Hasher()
                pair.combine(hash(member.key))
                pair.combine(hash(member.value))
                sum &+= pair.finalize()
            }
            hasher.combine(sum)
        default: hasher.combine(view.kind)
        }
        return hasher.finalize()
    }
}
