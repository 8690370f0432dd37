extension OutputBuffer {
    /// Turns what was written into a block, without copying it.
    public consuming func takeBlock() -> ByteBlock {
        let memory = start
        let written = count
        open?.deallocate()
        discard self
        return ByteBlock(adopting: memory, count: written)
    }
}

extension ByteBlock {
    /// Takes over memory that has `padding` bytes behind its first `count`.
    fileprivate convenience init(adopting memory: UnsafeMutablePointer<UInt8>, count: Int) {
        (memory + count).initialize(repeating: 0, count: Self.padding)
        self.init(owning: UnsafePointer(memory), count: count)
    }
}
