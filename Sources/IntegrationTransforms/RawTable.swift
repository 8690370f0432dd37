extension UnsafeMutablePointer {
    /// Memory of its own with these elements; at least one has room, so that there is always something to point at.
    static func table(_ elements: [Pointee]) -> Self {
        let memory = allocate(capacity: Swift.max(1, elements.count))
        memory.initialize(from: elements, count: elements.count)
        return memory
    }
}
