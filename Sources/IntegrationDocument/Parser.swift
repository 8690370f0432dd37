/// Stage 2: checks the grammar of RFC 8259 over simdjson's structural indexes and writes the tape.
///
/// Works on raw pointers through local cursors: the words are reserved once (there are never more values than
/// structural indexes), nothing is decoded or copied, and what is rare stands in functions of its own.
///
/// What stage 1 promises, and this relies on: every byte outside of strings that is neither white space nor inside a
/// token that began before is indexed; strings are closed and hold no bare control characters; all is UTF-8; behind
/// the last index stand `length`, `length` and 0.
struct Parser {
    /// An open container. It stays in memory: the loop's own registers are scarce.
    struct Frame {
        var start: UnsafeMutablePointer<Word>
        var members: Int
        /// Bits of the keys so far, by length and by first and last byte: a key that is new to one of them is new.
        var lengths: UInt64
        var edges: UInt64
        /// `}` or `]`; 0 outside the root.
        var closer: UInt8
    }

    let bytes: UnsafePointer<UInt8>
    let length: Int
    /// Offset of `bytes` in its base.
    let origin: Int
    let base: Int
    let policy: ParsePolicy
    let stack: UnsafeMutablePointer<Frame>

    /// What went wrong and where.
    struct Failure: Error {
        var reason: ParseError.Reason
        var offset: Int
        var detail: String = ""
    }

    /// Writes the tape to `out` and returns the number of words.
    ///
    /// The sentinels save a check of the end per token: the byte at `length` may be read, but whatever it is, a value
    /// there is empty and so refused, a container is not opened, and closing brackets meet the 0, which is none.
    func run(_ indexes: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Word>) throws(Failure) -> Int {
        let bytes = self.bytes
        let last = indexes + count
        var next = indexes + 1
        var at = Int(indexes.pointee)
        guard Self.isOpening(bytes[at]) else { return try rootScalar(at, indexes, count, out) }

        // Of a string word without escapes, less its place and length: the two quotes are no part of it.
        let plainString = Word(.string, base: base, offset: origin &+ 1, length: 0).bits &- 2 &<< 32
        let plainNumber = Word(.null, base: base, offset: origin, length: 0).bits
        let checkedKeys = policy.duplicateKeys == .error ? Self.fewKeys : 0
        let deepest = stack + policy.maximumDepth
        var word = out
        var frame = stack
        frame.pointee = Frame(start: out, members: 0, lengths: 0, edges: 0, closer: 0)
        var closer: UInt8 = 0
        var backslash = Backslashes.first(bytes, 0, length)
        let reason: ParseError.Reason

        parse: do {
            value: while true {
                // A value starts at `at`; `next` points behind its index.
                beforeKey: do {
                    var byte = bytes[at]
                    if byte == UInt8(ascii: "\"") {
                        var end = Int(next.pointee)
                        if _slowPath(bytes[end &- 1] != byte) {
                            end = trimmed(at, end)
                            if _slowPath(end < at &+ 2) {
                                reason = .expectedValue
                                break parse
                            }
                        }
                        word.pointee = Word(
                            bits: plainString &+ UInt64(truncatingIfNeeded: at) &+ UInt64(
                                truncatingIfNeeded: end &- at) &<< 32)
                        if _slowPath(backslash < end) {
                            backslash = Backslashes.check(bytes, backslash, end &- 1, length)
                            word.pointee.bits &+= 1 &<< 60
                            if _slowPath(backslash < 0) {
                                reason = .invalidEscape
                                at = ~backslash
                                break parse
                            }
                        }
                        word += 1
                    } else if byte &- 0x30 < 10 {
                        let length = Int(next.pointee) &- at
                        let kind = NumberGrammar.short(bytes + at, length)
                        word.pointee = Word(
                            bits: plainNumber &+ UInt64(truncatingIfNeeded: kind.rawValue) &<< 60 &+ UInt64(
                                truncatingIfNeeded: length) &<< 32 &+ UInt64(truncatingIfNeeded: at))
                        if _slowPath(kind == .missing) {
                            word.pointee = rareScalar(at, at &+ length)
                            if _slowPath(word.pointee == .missing) {
                                reason = .expectedValue
                                break parse
                            }
                        }
                        word += 1
                    } else if Self.isOpening(byte) {
                        guard _fastPath(frame < deepest && next < last) else {
                            reason = frame < deepest ? .unexpectedEnd : .tooDeep
                            break parse
                        }
                        closer = byte &+ 2
                        frame += 1
                        frame.pointee = Frame(start: word, members: 0, lengths: 0, edges: 0, closer: closer)
                        word += 1
                        at = Int(next.pointee)
                        if bytes[at] != closer {
                            next += 1
                            if closer == UInt8(ascii: "}") { break beforeKey }
                            frame.pointee.members = 1
                            continue value
                        }
                    } else {
                        word.pointee = rareScalar(at, Int(next.pointee))
                        if _slowPath(word.pointee == .missing) {
                            reason = .expectedValue
                            break parse
                        }
                        word += 1
                    }
                    // Behind a value comes a comma or a closing bracket.
                    while true {
                        at = Int(next.pointee)
                        next += 1
                        byte = bytes[at]
                        if byte == UInt8(ascii: ",") {
                            at = Int(next.pointee)
                            next += 1
                            if closer == UInt8(ascii: "}") { break beforeKey }
                            frame.pointee.members &+= 1
                            continue value
                        }
                        guard _fastPath(byte == closer) else {
                            reason = .expectedCommaOrEnd
                            break parse
                        }
                        guard _fastPath(close(frame, end: word)) else {
                            reason = .duplicateKey
                            break parse
                        }
                        frame -= 1
                        closer = frame.pointee.closer
                        if closer == 0 {
                            if next == last { return word - out }
                            reason = .trailingContent
                            break parse
                        }
                    }
                }
                // A key starts at `at`; `next` points to the index of its colon.
                guard _fastPath(bytes[at] == UInt8(ascii: "\"")) else {
                    reason = .expectedKey
                    break parse
                }
                var end = Int(next.pointee)
                guard _fastPath(bytes[end] == UInt8(ascii: ":")) else {
                    reason = .expectedColon
                    break parse
                }
                if _slowPath(bytes[end &- 1] != UInt8(ascii: "\"")) { end = trimmed(at, end) }
                var edge = KeyBytes.bit(first: bytes[at &+ 1], last: bytes[end &- 2])
                let key = Word(
                    bits: plainString &+ UInt64(truncatingIfNeeded: at) &+ UInt64(truncatingIfNeeded: end &- at) &<< 32)
                var size: UInt64 = 1 &<< UInt64(truncatingIfNeeded: end &- at)
                word.pointee = key
                if _slowPath(backslash < end) {
                    backslash = Backslashes.check(bytes, backslash, end &- 1, length)
                    if _slowPath(backslash < 0) {
                        reason = .invalidEscape
                        at = ~backslash
                        break parse
                    }
                    word.pointee.bits &+= 1 &<< 60
                    edge = .max
                    size = .max
                }
                if frame.pointee.members < checkedKeys {
                    if frame.pointee.edges & edge != 0, frame.pointee.lengths & size != 0,
                        isTaken(word.pointee, frame.pointee.start + 1, end: word)
                    {
                        reason = .duplicateKey
                        break parse
                    }
                    frame.pointee.edges |= edge
                    frame.pointee.lengths |= size
                }
                word += 1
                frame.pointee.members &+= 1
                at = Int(next[1])
                next += 2
            }
        }
        throw failure(reason, at, next, last, word, frame)
    }

    /// Writes the word of a container; false where a key stands twice in it.
    @inline(__always)
    private func close(_ frame: UnsafeMutablePointer<Frame>, end: UnsafeMutablePointer<Word>) -> Bool {
        let members = frame.pointee.members
        let start = frame.pointee.start
        let isObject = frame.pointee.closer == UInt8(ascii: "}")
        start.pointee = Word(container: isObject ? .object : .array, count: members, span: end - start - 1)
        return members <= Self.fewKeys || !isObject || policy.duplicateKeys == .last
            || KeyTable.firstDuplicate(start + 1, members, end: end, bytes - origin) == nil
    }

    // MARK: The rare

    @inline(__always)
    private static func isOpening(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "{") }

    /// The end of the token at `at` without the white space before `end`; `at` where nothing is left.
    @inline(never)
    private func trimmed(_ at: Int, _ end: Int) -> Int {
        var end = end
        while end > at, Self.isWhiteSpace(bytes[end &- 1]) { end &-= 1 }
        return max(at, end)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// What the loop stopped at; a token behind the last one (the sentinel) means that the text ended before.
    @inline(never)
    private func failure(
        _ reason: ParseError.Reason, _ at: Int, _ next: UnsafePointer<UInt32>, _ last: UnsafePointer<UInt32>,
        _ word: UnsafeMutablePointer<Word>, _ frame: UnsafeMutablePointer<Frame>
    ) -> Failure {
        let end = Failure(reason: .unexpectedEnd, offset: length)
        switch reason {
        case .trailingContent: return next > last ? end : Failure(reason: reason, offset: Int(next.pointee))
        case .expectedColon: return next < last ? Failure(reason: reason, offset: Int(next.pointee)) : end
        case .unexpectedEnd: return end
        case .tooDeep:
            return Failure(reason: reason, offset: at, detail: "the limit is \(policy.maximumDepth) levels")
        case .duplicateKey:
            // Where a container closes its members are looked through once more.
            let isKey = bytes[at] == UInt8(ascii: "\"")
            let start = frame.pointee.start
            let large =
                isKey ? nil : KeyTable.firstDuplicate(start + 1, frame.pointee.members, end: word, bytes - origin)
            let key = large ?? word.pointee
            let name = String(decoding: StringEscapes.decoded(key, bytes - origin).prefix(80), as: UTF8.self)
            return Failure(reason: reason, offset: key.offset - origin - 1, detail: "\"\(name)\"")
        case .expectedValue: return next > last ? end : scalarFailure(at, Int(next.pointee))
        default: return next > last ? end : Failure(reason: reason, offset: at)
        }
    }

    private func scalarFailure(_ at: Int, _ next: Int) -> Failure {
        let reason: ParseError.Reason
        switch bytes[at] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let end = trimmed(at, next)
            reason = NumberGrammar.kind(bytes + at, end - at) == .missing ? .invalidNumber : .numberOutOfRange
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"): reason = .expectedValue
        default: reason = .invalidLiteral
        }
        return Failure(reason: reason, offset: at)
    }

    /// A text that is one scalar.
    @inline(never)
    private func rootScalar(
        _ at: Int, _ indexes: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Word>
    ) throws(Failure) -> Int {
        let next = Int(indexes[1])
        if bytes[at] == UInt8(ascii: "\"") {
            let end = trimmed(at, next)
            guard end >= at + 2 else { throw Failure(reason: .invalidLiteral, offset: at) }
            let backslash = Backslashes.first(bytes, at, end)
            if backslash < end {
                let checked = Backslashes.check(bytes, backslash, end - 1, end)
                guard checked >= 0 else { throw Failure(reason: .invalidEscape, offset: ~checked) }
            }
            out.pointee = Word(
                backslash < end ? .escapedString : .string, base: base, offset: origin + at + 1, length: end - at - 2)
        } else {
            out.pointee = rareScalar(at, next)
            guard out.pointee != .missing else { throw scalarFailure(at, next) }
        }
        guard count == 1 else { throw Failure(reason: .trailingContent, offset: next) }
        return 1
    }

    /// A literal or a number at `at`; `next` is where the token behind it starts. `.missing` where there is neither.
    @inline(never)
    private func rareScalar(_ at: Int, _ next: Int) -> Word {
        let end = trimmed(at, next)
        switch bytes[at] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let kind = NumberGrammar.kind(bytes + at, end &- at)
            if kind == .missing { return .missing }
            if policy.numbers == .finite, !NumberGrammar.isSurelyFinite(bytes + at, end &- at),
                !NumberText.double(bytes + at, end &- at).isFinite
            {
                return .missing
            }
            return Word(kind, base: base, offset: origin &+ at, length: end &- at)
        case UInt8(ascii: "t") where end &- at == 4 && matches(at, 0x6575_7274): return .true
        case UInt8(ascii: "n") where end &- at == 4 && matches(at, 0x6C6C_756E): return .null
        case UInt8(ascii: "f") where end &- at == 5 && matches(at &+ 1, 0x6573_6C61): return .false
        default: return .missing
        }
    }

    @inline(__always)
    private func matches(_ at: Int, _ text: UInt32) -> Bool {
        UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt32.self) == text
    }

    // MARK: Keys that stand twice

    /// Above this many members an object's keys are checked with a hash table when it closes.
    private static let fewKeys = 32

    /// Whether `key` stands among the members from `first` to `end`.
    @inline(never)
    private func isTaken(
        _ key: Word, _ first: UnsafeMutablePointer<Word>, end: UnsafeMutablePointer<Word>
    ) -> Bool {
        var other = first
        while other < end {
            if KeyBytes.equal(key, bytes - origin, other.pointee, bytes - origin) { return true }
            other += 1 + other[1].extent
        }
        return false
    }
}
