extension View {
    /// Calls `body` with the characters of a string as UTF-8; where it has escapes they are decoded on the stack, or,
    /// above one KiB, in memory that is freed on return.
    public func withDecodedText<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        guard kind == .escapedString else { return body(rawBytes) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: word.length + 1) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            let count = StringEscapes.decode(text, word.length, into: start)
            return body(UnsafeBufferPointer(start: start, count: count))
        }
    }
}
