internal import Glibc

/// Stage 2: checks the grammar of RFC 8259 over simdjson's structural indexes and writes the tape.
///
/// Works on raw pointers through local cursors: the words are reserved once (there are never more values than
/// structural indexes) and nothing is decoded or copied.
struct Parser {
    /// An open container.
    struct Frame {
        var start: UnsafeMutablePointer<Word>
        var count: Int
        var keyMask: UInt64
        var isObject: Bool
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
    func run(_ indexes: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Word>) throws(Failure) -> Int {
        var next = indexes
        let last = indexes + count
        var word = out
        var depth = 0
        var frame = Frame(start: out, count: 0, keyMask: 0, isObject: false)
        var backslash = findBackslash(from: 0)
        var at = Int(next.pointee)
        next += 1

        value: while true {
            // A value starts at `at`; `next` points behind its index.
            switch bytes[at] {
            case UInt8(ascii: "{"):
                guard depth < policy.maximumDepth else { throw tooDeep(at) }
                stack[depth] = frame
                depth &+= 1
                frame = Frame(start: word, count: 0, keyMask: 0, isObject: true)
                word += 1
                guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
                at = Int(next.pointee)
                next += 1
                if bytes[at] != UInt8(ascii: "}") {
                    try key(at, &next, last, &word, &frame, &backslash)
                    at = Int(next.pointee)
                    next += 1
                    continue value
                }
            case UInt8(ascii: "["):
                guard depth < policy.maximumDepth else { throw tooDeep(at) }
                stack[depth] = frame
                depth &+= 1
                frame = Frame(start: word, count: 0, keyMask: 0, isObject: false)
                word += 1
                guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
                at = Int(next.pointee)
                next += 1
                if bytes[at] != UInt8(ascii: "]") {
                    frame.count = 1
                    continue value
                }
            case UInt8(ascii: "\""):
                word.pointee = try string(at, end(of: at, next), &backslash)
                word += 1
                if depth == 0 { return try finish(next, last, word - out) }
                at = try separator(&next, last)
            default:
                word.pointee = try scalar(at, end(of: at, next))
                word += 1
                if depth == 0 { return try finish(next, last, word - out) }
                at = try separator(&next, last)
            }
            // Behind a value inside a container: `at` is a comma or a closing bracket.
            while true {
                let byte = bytes[at]
                if byte == UInt8(ascii: ",") {
                    guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
                    at = Int(next.pointee)
                    next += 1
                    if frame.isObject {
                        try key(at, &next, last, &word, &frame, &backslash)
                        at = Int(next.pointee)
                        next += 1
                    } else {
                        frame.count &+= 1
                    }
                    continue value
                }
                guard byte == (frame.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw Failure(reason: .expectedCommaOrEnd, offset: at)
                }
                if frame.isObject, frame.count > Self.fewKeys, policy.duplicateKeys == .error {
                    try checkManyKeys(frame, end: word)
                }
                frame.start.pointee = Word(
                    container: frame.isObject ? .object : .array, count: frame.count, span: word - frame.start - 1)
                depth &-= 1
                frame = stack[depth]
                if depth == 0 { return try finish(next, last, word - out) }
                at = try separator(&next, last)
            }
        }
    }

    // MARK: Tokens

    /// The end of the scalar at `at`: the next structural index, less the white space before it.
    @inline(__always)
    private func end(of at: Int, _ next: UnsafePointer<UInt32>) -> Int {
        var end = Int(next.pointee)  // The sentinel behind the last index is the length.
        while bytes[end &- 1] <= 0x20, end &- 1 > at, isWhiteSpace(bytes[end &- 1]) { end &-= 1 }
        return end
    }

    private func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    @inline(__always)
    private func separator(_ next: inout UnsafePointer<UInt32>, _ last: UnsafePointer<UInt32>) throws(Failure) -> Int {
        guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
        let at = Int(next.pointee)
        next += 1
        return at
    }

    @inline(__always)
    private func finish(
        _ next: UnsafePointer<UInt32>, _ last: UnsafePointer<UInt32>, _ words: Int
    ) throws(Failure) -> Int {
        guard next == last else { throw Failure(reason: .trailingContent, offset: Int(next.pointee)) }
        return words
    }

    private func tooDeep(_ at: Int) -> Failure {
        Failure(reason: .tooDeep, offset: at, detail: "the limit is \(policy.maximumDepth) levels")
    }

    @inline(__always)
    private func findBackslash(from start: Int) -> Int {
        guard start < length, let found = memchr(bytes + start, 0x5C, length &- start) else { return Int.max }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes
    }

    @inline(__always)
    private func string(_ at: Int, _ end: Int, _ backslash: inout Int) throws(Failure) -> Word {
        guard end &- at >= 2, bytes[end &- 1] == UInt8(ascii: "\"") else {
            throw Failure(reason: .invalidLiteral, offset: at)
        }
        if backslash < end {
            try StringEscapes.validate(bytes, at &+ 1, end &- 1)
            backslash = findBackslash(from: end)
            return Word(.escapedString, base: base, offset: origin &+ at &+ 1, length: end &- at &- 2)
        }
        return Word(.string, base: base, offset: origin &+ at &+ 1, length: end &- at &- 2)
    }

    @inline(__always)
    private func scalar(_ at: Int, _ end: Int) throws(Failure) -> Word {
        switch bytes[at] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number(at, end)
        case UInt8(ascii: "t") where end &- at == 4 && matches(at, 0x6575_7274): return .true
        case UInt8(ascii: "n") where end &- at == 4 && matches(at, 0x6C6C_756E): return .null
        case UInt8(ascii: "f") where end &- at == 5 && matches(at &+ 1, 0x6573_6C61): return .false
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            throw Failure(reason: .expectedValue, offset: at)
        default:
            throw Failure(reason: .invalidLiteral, offset: at)
        }
    }

    @inline(__always)
    private func matches(_ at: Int, _ text: UInt32) -> Bool {
        UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt32.self) == text
    }

    /// A number by the grammar of RFC 8259, 6; its text stays as it is.
    @inline(__always)
    private func number(_ at: Int, _ end: Int) throws(Failure) -> Word {
        var position = at
        var kind = Kind.integer
        if bytes[position] == UInt8(ascii: "-") { position &+= 1 }
        guard position < end else { throw Failure(reason: .invalidNumber, offset: at) }
        if bytes[position] == UInt8(ascii: "0") {
            position &+= 1
        } else {
            let digits = position
            while position < end, bytes[position] &- 0x30 < 10 { position &+= 1 }
            guard position > digits else { throw Failure(reason: .invalidNumber, offset: at) }
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            kind = .decimal
            position &+= 1
            let digits = position
            while position < end, bytes[position] &- 0x30 < 10 { position &+= 1 }
            guard position > digits else { throw Failure(reason: .invalidNumber, offset: at) }
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            kind = .decimal
            position &+= 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position &+= 1
            }
            let digits = position
            while position < end, bytes[position] &- 0x30 < 10 { position &+= 1 }
            guard position > digits else { throw Failure(reason: .invalidNumber, offset: at) }
            try checkRange(at, end)
        } else if end &- at > 300 {
            try checkRange(at, end)
        }
        guard position == end else { throw Failure(reason: .invalidNumber, offset: at) }
        return Word(kind, base: base, offset: origin &+ at, length: end &- at)
    }

    private func checkRange(_ at: Int, _ end: Int) throws(Failure) {
        guard policy.numbers == .finite else { return }
        let value = NumberText.double(bytes + at, end - at)
        guard value.isFinite else { throw Failure(reason: .numberOutOfRange, offset: at) }
    }

    // MARK: Keys

    /// Above this many members an object's keys are checked with a hash table when it closes.
    private static let fewKeys = 32

    /// Reads a key at `at` and the colon behind it; `next` is left at the value.
    @inline(__always)
    private func key(
        _ at: Int, _ next: inout UnsafePointer<UInt32>, _ last: UnsafePointer<UInt32>,
        _ word: inout UnsafeMutablePointer<Word>, _ frame: inout Frame, _ backslash: inout Int
    ) throws(Failure) {
        guard bytes[at] == UInt8(ascii: "\"") else { throw Failure(reason: .expectedKey, offset: at) }
        let key = try string(at, end(of: at, next), &backslash)
        guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
        guard bytes[Int(next.pointee)] == UInt8(ascii: ":") else {
            throw Failure(reason: .expectedColon, offset: Int(next.pointee))
        }
        next += 1
        guard next < last else { throw Failure(reason: .unexpectedEnd, offset: length) }
        if frame.count < Self.fewKeys, policy.duplicateKeys == .error {
            let bit: UInt64 =
                key.kind == .string ? 1 &<< (UInt64(KeyBytes.hash(bytes + (at &+ 1), key.length)) & 63) : .max
            if frame.keyMask & bit != 0 { try checkKey(key, frame, end: word, at: at) }
            frame.keyMask |= bit
        }
        word.pointee = key
        word += 1
        frame.count &+= 1
    }

    private func checkKey(
        _ key: Word, _ frame: Frame, end: UnsafeMutablePointer<Word>, at: Int
    ) throws(Failure) {
        var other = frame.start + 1
        while other < end {
            if KeyBytes.equal(key, bytes - origin, other.pointee, bytes - origin) { throw duplicate(key, at) }
            other += 1 + other[1].extent
        }
    }

    private func checkManyKeys(_ frame: Frame, end: UnsafeMutablePointer<Word>) throws(Failure) {
        var seen = Set<[UInt8]>(minimumCapacity: frame.count)
        var key = frame.start + 1
        while key < end {
            let text = StringEscapes.decoded(key.pointee, bytes - origin)
            guard seen.insert(text).inserted else { throw duplicate(key.pointee, key.pointee.offset - origin - 1) }
            key += 1 + key[1].extent
        }
    }

    private func duplicate(_ key: Word, _ at: Int) -> Failure {
        let name = String(decoding: StringEscapes.decoded(key, bytes - origin).prefix(80), as: UTF8.self)
        return Failure(reason: .duplicateKey, offset: at, detail: "\"\(name)\"")
    }
}

extension Arena {
    /// Parses the JSON text of a slice to a document in this arena.
    ///
    /// The document refers to the slice's bytes and stays valid until the reset.
    ///
    /// - Throws: what is wrong with the text, and where. Nothing of it stays on the tape.
    /// - Source: RFC 8259.
    public func parse(_ slice: Slice, policy: ParsePolicy = .strict) throws(ParseError) -> UnsafePointer<Word> {
        let bytes = bases[Int(slice.base)] + Int(slice.offset)
        let length = Int(slice.length)
        guard length <= policy.maximumSize else {
            let text = UnsafeBufferPointer(start: bytes, count: 0)
            throw ParseError(
                .tooLarge, at: 0, in: text, detail: "\(length) bytes, the limit is \(policy.maximumSize)")
        }
        let (code, indexes, count) = indexer.run(bytes, length)
        guard code == 0, let indexes else { throw indexingError(code, bytes, length, policy) }
        let room = reserveWords(count + 1).baseAddress.unsafelyUnwrapped
        let parser = Parser(
            bytes: bytes, length: length, origin: Int(slice.offset), base: Int(slice.base), policy: policy,
            stack: indexer.stack)
        do {
            commitWords(try parser.run(indexes, count, room))
        } catch {
            let text = UnsafeBufferPointer(start: bytes, count: length)
            throw ParseError(error.reason, at: error.offset, in: text, detail: error.detail)
        }
        return UnsafePointer(room)
    }

    /// Stage 1 says what is wrong, but not where: find the place.
    private func indexingError(
        _ code: Int32, _ bytes: UnsafePointer<UInt8>, _ length: Int, _ policy: ParsePolicy
    ) -> ParseError {
        let text = UnsafeBufferPointer(start: bytes, count: length)
        let reason = ParseError.Reason(indexing: code)
        let offset: Int
        switch reason {
        case .invalidUTF8: offset = TextPlaces.firstInvalidUTF8(text)
        case .controlCharacter: offset = TextPlaces.firstControlCharacterInString(text)
        case .unclosedString: offset = TextPlaces.startOfUnclosedString(text)
        default: offset = 0
        }
        return ParseError(reason, at: offset, in: text)
    }
}
