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
        guard code == 0, let indexes else { throw indexingError(code, bytes, length) }
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
    private func indexingError(_ code: Int32, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> ParseError {
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
