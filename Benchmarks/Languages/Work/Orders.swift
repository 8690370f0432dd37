internal import IntegrationCore
internal import IntegrationDocument
internal import OrderLines

/// The orders as bytes.
struct Orders {
    private let lines: OrderLines
    private let literals: ByteBlock
    private let arena = Arena()
    /// Documents between two resets of the arena.
    static let batch = 500

    init(_ lines: OrderLines, literals: ByteBlock) {
        self.lines = lines
        self.literals = literals
    }

    var count: Int { lines.slices.count }

    /// Parses every order, makes a document of it and writes that; returns how many went well.
    @inline(__always)
    func map(_ make: (View, Arena) throws -> View?) -> Int {
        var good = 0
        var out = OutputBuffer(capacity: 1 << 20)
        for first in stride(from: 0, to: count, by: Self.batch) {
            begin(arena)
            out.removeAll()
            for slice in lines.slices[first..<min(first + Self.batch, count)] {
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

    /// Sends every order through a step, batch by batch, and writes what comes of it; returns how many went well.
    func change(by step: any Step, _ context: FlowContext) -> Int {
        var good = 0
        var out = OutputBuffer(capacity: 1 << 20)
        for first in stride(from: 0, to: count, by: Self.batch) {
            begin(arena)
            out.removeAll()
            let slices = lines.slices[first..<min(first + Self.batch, count)]
            let messages = slices.enumerated().map { index, slice in
                Message(id: MessageID(high: 0, low: UInt64(index)), origin: index, body: slice)
            }
            var batch = Batch(arena: arena, messages: messages)
            guard (try? step.process(&batch, in: context)) != nil else { continue }
            for message in batch.messages {
                message.writeBody(in: arena, to: &out)
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
        for slice in lines.slices.prefix(Self.batch) {
            orders.append(arena.view(try arena.parse(slice)))
            made.append(try make(orders[orders.count - 1], arena))
        }
        return (arena, orders, made)
    }

    private func begin(_ arena: Arena) {
        arena.reset()
        arena.attach(lines.block, as: Arena.sourceBase)
        arena.attach(literals, as: Arena.literalBase)
    }
}
