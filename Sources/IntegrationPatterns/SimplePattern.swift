/// A matcher for patterns that are one anchored row of literals and classes with counts, such as `^ORD-[0-9]{8}$` and
/// `^[^@]+@[^@]+$`.
///
/// Each element takes as much as it can and never gives anything back, which is exact because a pattern only becomes a
/// simple one where giving back could not help: what may follow an element of varying length never begins with one of
/// its characters.
final class SimplePattern: @unchecked Sendable {
    // Proof of Sendable: the memory is written only in `init`.

    struct Step {
        /// First byte in `bytes`: of the literal, or of the class's table of 256 entries.
        var offset: Int
        /// Length of the literal in bytes; 0 for a class.
        var literal: Int
        var least: Int
        var most: Int
    }

    private let steps: UnsafeMutablePointer<Step>
    private let stepCount: Int
    private let bytes: UnsafeMutablePointer<UInt8>
    private let toTheEnd: Bool

    /// Entries of a class's table.
    static let outside: UInt8 = 0
    static let inside: UInt8 = 1
    /// The lead of a character beyond ASCII in a class that has all of them.
    static let lead: UInt8 = 2

    /// Nil where the pattern is not simple.
    init?(_ text: String, options: PatternOptions) {
        guard let row = SimplePatternParser.parse(text, options: options) else { return nil }
        var steps: [Step] = []
        var bytes: [UInt8] = []
        for element in row.elements {
            switch element.set {
            case .literal(let literal):
                if let last = steps.last, last.literal > 0 {
                    steps[steps.count - 1].literal += literal.count
                } else {
                    steps.append(Step(offset: bytes.count, literal: literal.count, least: 1, most: 1))
                }
                bytes += literal
            case .characters(let set):
                steps.append(Step(offset: bytes.count, literal: 0, least: element.least, most: element.most))
                bytes += set.table
            }
        }
        toTheEnd = row.toTheEnd
        stepCount = steps.count
        self.steps = .allocate(capacity: max(1, steps.count))
        self.steps.initialize(from: steps, count: steps.count)
        self.bytes = .allocate(capacity: max(1, bytes.count))
        self.bytes.initialize(from: bytes, count: bytes.count)
    }

    deinit {
        steps.deallocate()
        bytes.deallocate()
    }

    /// Whether `text` matches.
    @inline(__always)
    func run(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = text.baseAddress else { return run(UnsafePointer(bytes), 0) }
        return run(start, text.count)
    }

    private func run(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        var step = steps
        let end = steps + stepCount
        while step < end {
            let table = bytes + step.pointee.offset
            let literal = step.pointee.literal
            if literal > 0 {
                guard count &- at >= literal else { return false }
                var index = 0
                while index < literal {
                    if text[at &+ index] != table[index] { return false }
                    index &+= 1
                }
                at &+= literal
            } else {
                let most = step.pointee.most
                // Single bytes first; characters beyond ASCII are counted by the second loop.
                let start = at
                let limit = most < count &- at ? at &+ most : count
                while at < limit, table[Int(text[at])] == Self.inside { at &+= 1 }
                var taken = at &- start
                while taken < most, at < count {
                    let entry = table[Int(text[at])]
                    if entry == Self.inside {
                        at &+= 1
                    } else {
                        guard entry == Self.lead, case let length = Self.characterLength(text + at, count &- at),
                            length > 0
                        else { break }
                        at &+= length
                    }
                    taken &+= 1
                }
                if taken < step.pointee.least { return false }
            }
            step += 1
        }
        return !toTheEnd || at == count
    }

    /// Length of the character beyond ASCII that begins here (RFC 3629); 0 where the bytes are no UTF-8.
    private static func characterLength(_ text: UnsafePointer<UInt8>, _ rest: Int) -> Int {
        func follows(_ from: Int, _ count: Int) -> Bool {
            guard rest > count else { return false }
            for index in from...count where text[index] & 0xC0 != 0x80 { return false }
            return true
        }
        let lead = text[0]
        switch lead {
        case 0xC2...0xDF: return follows(1, 1) ? 2 : 0
        case 0xE0...0xEF:
            guard follows(1, 2) else { return 0 }
            if lead == 0xE0, text[1] < 0xA0 { return 0 }
            if lead == 0xED, text[1] > 0x9F { return 0 }
            return 3
        case 0xF0...0xF4:
            guard follows(1, 3) else { return 0 }
            if lead == 0xF0, text[1] < 0x90 { return 0 }
            if lead == 0xF4, text[1] > 0x8F { return 0 }
            return 4
        default: return 0
        }
    }
}

/// A set of characters: some of ASCII, and all or none of the others.
struct CharacterSet: Equatable {
    /// Bit n stands for the character U+00n.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var beyondASCII = false

    mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }

    mutating func insert(_ bytes: ClosedRange<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    mutating func formUnion(_ other: CharacterSet) {
        low |= other.low
        high |= other.high
        beyondASCII = beyondASCII || other.beyondASCII
    }

    var inverted: CharacterSet { CharacterSet(low: ~low, high: ~high, beyondASCII: !beyondASCII) }

    func contains(_ byte: UInt8) -> Bool {
        byte < 64 ? low >> UInt64(byte) & 1 == 1 : byte < 128 ? high >> UInt64(byte - 64) & 1 == 1 : beyondASCII
    }

    func isDisjoint(with other: CharacterSet) -> Bool {
        low & other.low == 0 && high & other.high == 0 && !(beyondASCII && other.beyondASCII)
    }

    var table: [UInt8] {
        (0...255).map { byte in
            guard contains(UInt8(byte)) else { return SimplePattern.outside }
            return byte < 128 ? SimplePattern.inside : SimplePattern.lead
        }
    }
}
