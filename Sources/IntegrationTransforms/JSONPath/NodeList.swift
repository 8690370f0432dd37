public import IntegrationDocument

/// The values that a path selected, in order; reused from one evaluation to the next.
///
/// Holds pointers only: it is valid for as long as the document it was filled from.
public struct NodeList: ~Copyable {
    @usableFromInline var start: UnsafeMutablePointer<UnsafePointer<Word>>
    @usableFromInline var capacity: Int
    /// Number of values.
    public private(set) var count = 0

    /// - Parameter capacity: number of values that fit without growing.
    public init(capacity: Int = 64) {
        self.capacity = max(1, capacity)
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    /// The value at `index`, which must be below `count`.
    @inlinable
    public subscript(_ index: Int) -> UnsafePointer<Word> {
        precondition(index >= 0 && index < count, "the node list has no such node")
        return start[index]
    }

    public mutating func removeAll() { count = 0 }

    /// Takes back everything behind the first `count` values.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    @inline(__always)
    mutating func append(_ node: UnsafePointer<Word>) {
        if count == capacity { grow() }
        start[count] = node
        count &+= 1
    }

    private mutating func grow() {
        let grown = UnsafeMutablePointer<UnsafePointer<Word>>.allocate(capacity: capacity * 2)
        grown.update(from: start, count: count)
        start.deallocate()
        start = grown
        capacity *= 2
    }
}
