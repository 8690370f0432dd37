extension Builder {
    /// Appends a member: a key and a copy of a value of the same arena, with all that is in it.
    @inlinable @inline(__always)
    public mutating func append(_ key: Word, copying value: UnsafePointer<Word>) {
        let word = value.pointee
        let extent = word.extent
        reserve(extent &+ 1)
        cursor[0] = key
        if extent == 1 {
            cursor[1] = word
        } else {
            UnsafeMutableRawPointer(cursor + 1).copyMemory(from: value, byteCount: extent &* 8)
        }
        cursor += extent &+ 1
    }

    /// Lets `body` write up to `count` words at the end of the document.
    ///
    /// - Parameter body: gets the place of the first word, which is valid only during the call, and returns the place
    ///   behind the last one it wrote.
    @inlinable @inline(__always)
    public mutating func unsafeAppend(
        upTo count: Int, _ body: (UnsafeMutablePointer<Word>) -> UnsafeMutablePointer<Word>
    ) {
        reserve(count)
        cursor = body(cursor)
    }
}

extension Builder {
    /// Takes away the container opened at `mark` and leaves the one value in it, the last that was written.
    public mutating func unwrap(_ mark: Mark) {
        let target = start + mark
        target.update(from: target + 1, count: count &- mark &- 1)
        cursor -= 1
    }
}
