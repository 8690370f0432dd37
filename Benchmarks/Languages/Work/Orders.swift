internal import Glibc
internal import IntegrationDocument

/// The orders as bytes.
struct Orders {
    private let block: ByteBlock
    private let literals: ByteBlock
    private let arena = Arena()
    let slices: [Slice]
    /// Documents between two resets of the arena.
    static let batch = 500

    /// An order for each line of `block`.
    init(_ block: ByteBlock, literals: ByteBlock) {
        self.block = block
        self.literals = literals
        var slices: [Slice] = []
        var start = 0
        while start < block.count, let end = memchr(block.start + start, 10, block.count - start) {
            let offset = UnsafePointer(end.assumingMemoryBound(to: UInt8.self)) - block.start
            slices.append(Slice(base: Arena.sourceBase, offset: start, length: offset - start))
            start = offset + 1
        }
        self.slices = slices
    }

    /// Parses every order, makes a document of it and writes that; returns how many went well.
    @inline(__always)
    func map(_ make: (View, Arena) throws -> View?) -> Int {
        var good = 0
        var out = OutputBuffer(capacity: 1 << 20)
        for first in stride(from: 0, to: slices.count, by: Self.batch) {
            begin(arena)
            out.removeAll()
            for slice in slices[first..<min(first + Self.batch, slices.count)] {
                guard let root = try? arena.parse(slice), let made = try? make(arena.view(root), arena) else {
                    continue
                }
                out.append(made)
                out.append(10)
                good += 1
            }
        }
        return good
    }

    /// An arena of the first orders, parsed, and what `make` makes of each.
    func parsed(_ make: (View, Arena) throws -> View) throws -> (arena: Arena, orders: [View], made: [View]) {
        let arena = Arena()
        begin(arena)
        var orders: [View] = []
        var made: [View] = []
        for slice in slices.prefix(Self.batch) {
            orders.append(arena.view(try arena.parse(slice)))
            made.append(try make(orders[orders.count - 1], arena))
        }
        return (arena, orders, made)
    }

    private func begin(_ arena: Arena) {
        arena.reset()
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals, as: Arena.literalBase)
    }
}
