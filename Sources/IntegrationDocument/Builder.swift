internal import Glibc

/// Writes one new document to an arena's tape.
///
/// Words are reserved ahead and written through a local cursor; when the chunk is full, this document alone moves.
/// Either `finish()` is called, or nothing of it remains. Only one builder of an arena is open at a time, and nobody
/// else takes words of the arena meanwhile (by parsing or `view(of:)`).
@frozen
public struct Builder: ~Copyable {
    public let arena: Arena
    @usableFromInline var start: UnsafeMutablePointer<Word>
    @usableFromInline var cursor: UnsafeMutablePointer<Word>
    @usableFromInline var end: UnsafeMutablePointer<Word>

    /// A place in the document under construction: the number of words before it.
    public typealias Mark = Int

    /// Opens a builder with room for at least `capacity` words.
    @inlinable
    public init(_ arena: Arena, capacity: Int = 64) {
        self.arena = arena
        let room = arena.reserveWords(capacity)
        start = room.baseAddress.unsafelyUnwrapped
        cursor = start
        end = start + room.count
    }

    /// Number of words written so far.
    @inlinable @inline(__always)
    public var count: Int { cursor - start }

    /// Makes room for `count` more words.
    @inlinable @inline(__always)
    public mutating func reserve(_ count: Int) {
        if end - cursor < count { grow(count) }
    }

    @usableFromInline
    mutating func grow(_ more: Int) {
        let used = count
        let room = arena.reserveWords(used * 2 + more)
        let target = room.baseAddress.unsafelyUnwrapped
        if target != start { memcpy(target, start, used * MemoryLayout<Word>.stride) }
        start = target
        cursor = target + used
        end = target + room.count
    }

    /// Appends a scalar, a key or an empty container.
    @inlinable @inline(__always)
    public mutating func append(_ word: Word) {
        reserve(1)
        cursor.pointee = word
        cursor += 1
    }

    /// Opens a container; close it with the mark that this returns.
    @inlinable @inline(__always)
    public mutating func open() -> Mark {
        append(Word(bits: 0))
        return count &- 1
    }

    /// Closes the container opened at `mark`, with the number of its elements or members.
    @inlinable @inline(__always)
    public mutating func close(_ mark: Mark, _ kind: Kind, count members: Int) {
        (start + mark).pointee = Word(container: kind, count: members, span: count &- mark &- 1)
    }

    /// Copies a value of the same arena, with all that is in it.
    @inlinable @inline(__always)
    public mutating func copy(_ value: UnsafePointer<Word>) {
        let extent = value.pointee.extent
        reserve(extent)
        if extent == 1 {
            cursor.pointee = value.pointee
        } else {
            UnsafeMutableRawPointer(cursor).copyMemory(from: value, byteCount: extent &* 8)
        }
        cursor += extent
    }

    /// Copies `count` words of the same arena as they stand.
    mutating func append(from words: UnsafePointer<Word>, count: Int) {
        reserve(count)
        UnsafeMutableRawPointer(cursor).copyMemory(from: words, byteCount: count &* 8)
        cursor += count
    }

    /// Replaces the word at `mark`.
    mutating func replace(at mark: Mark, with word: Word) { (start + mark).pointee = word }

    /// Copies words whose bases are those of this arena, such as interned literals.
    @inlinable
    public mutating func copy(words: [Word]) {
        reserve(words.count)
        words.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { cursor.update(from: first, count: source.count) }
        }
        cursor += words.count
    }

    /// Copies a value of another arena: its bytes go to this arena's scratch.
    public mutating func copy(foreign view: View) {
        let extent = view.word.extent
        reserve(extent)
        for step in 0..<extent {
            let word = view.pointer[step]
            guard word.hasText else {
                append(word)
                continue
            }
            let slice = arena.appendScratch(UnsafeBufferPointer(start: view.text(of: word), count: word.length))
            append(Word(word.kind, base: Arena.scratchBase, offset: Int(slice.offset), length: word.length))
        }
    }

    /// Appends a string made at run time.
    public mutating func append(string: String) {
        append(arena.makeString(string))
    }

    /// Appends a number made at run time; null where it is not finite.
    public mutating func append(number: Double) {
        append(arena.makeNumber(number))
    }

    /// Takes back everything behind `mark`.
    @inlinable
    public mutating func rewind(to mark: Mark) { cursor = start + mark }

    /// Closes the document and returns its root.
    @inlinable @inline(__always)
    public consuming func finish() -> UnsafePointer<Word> {
        arena.commitWords(cursor - start)
        return UnsafePointer(start)
    }
}

extension Arena {
    /// A string word whose bytes are put into scratch, escaped where JSON demands it; `.missing` where they are more
    /// than a word can span (`Word.maximumLength`).
    public func makeString(_ text: String) -> Word {
        var text = text
        return text.withUTF8 { makeString($0) }
    }

    /// A string word for UTF-8 characters, escaped where JSON demands it; `.missing` where they are more than a word can
    /// span (`Word.maximumLength`).
    public func makeString(_ text: UnsafeBufferPointer<UInt8>) -> Word {
        guard text.count <= Word.maximumLength else { return .missing }
        guard StringEscapes.needsEscape(text) else { return makeWord(.string, text) }
        var escaped: [UInt8] = []
        StringEscapes.append(text, to: &escaped)
        return escaped.withUnsafeBufferPointer { makeWord(.escapedString, $0) }
    }

    /// A number word with the shortest text of `value`; null where it is not finite.
    public func makeNumber(_ value: Double) -> Word {
        guard value.isFinite else { return .null }
        let slice = appendScratch(count: NumberText.room) { NumberText.write(value, to: $0) }
        let text = bases[Self.scratchBase] + Int(slice.offset)
        let isInteger = (0..<Int(slice.length)).allSatisfy { text[$0] == UInt8(ascii: "-") || text[$0] &- 0x30 < 10 }
        return Word(
            isInteger ? .integer : .decimal, base: Self.scratchBase, offset: Int(slice.offset),
            length: Int(slice.length))
    }

    /// A number word with exactly this text, which must be a valid JSON number.
    public func makeNumber(text: String) -> Word {
        let isInteger = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }
        var text = text
        return text.withUTF8 { makeWord(isInteger ? .integer : .decimal, $0) }
    }

    private func makeWord(_ kind: Kind, _ text: UnsafeBufferPointer<UInt8>) -> Word {
        guard text.count <= Word.maximumLength else { return .missing }
        let slice = appendScratch(text)
        return Word(kind, base: Self.scratchBase, offset: Int(slice.offset), length: text.count)
    }
}
