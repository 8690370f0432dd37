internal import IntegrationDocument
internal import OrderLines

/// The orders in memory, and what is done with each.
struct Workload {
    let block: ByteBlock
    let slices: [Slice]
    private let arena = Arena()
    private let yardstick = SimdjsonYardstick()
    private let keys: [Word]
    private let literalBlock: ByteBlock
    private let matcher = KeyMatcher([
        "orderId", "customerId", "customerEmail", "orderItems", "orderTotal", "createdAt",
    ])
    /// Documents between two resets of the arena.
    private let batch = 500

    /// - Parameter path: one JSON text a line.
    init(path: String) throws(OrderLines.Failure) {
        let lines = try OrderLines(path: path)
        block = lines.block
        slices = lines.slices
        let literals = Literals()
        keys = ["id", "customer", "email", "items", "total", "createdAt"].map { literals.string($0) }
        literalBlock = literals.block()
    }

    func simdjson() -> Int {
        slices.reduce(0) { $0 + (yardstick.parse(block.start + Int($1.offset), Int($1.length)) ? 1 : 0) }
    }

    func parse() -> Int {
        each { _, _, _ in true }
    }

    func read() -> Int {
        each { root, slots, _ in matcher.find(in: root, slots) }
    }

    func build() -> Int {
        each { root, slots, _ in build(root, slots) != nil }
    }

    func whole() -> Int {
        each { root, slots, out in
            guard let built = build(root, slots) else { return false }
            out.append(arena.view(built))
            out.append(10)
            return true
        }
    }

    /// Parses every order and does `work` with it; returns how many succeeded.
    @inline(__always)
    private func each(
        _ work: (View, UnsafeMutablePointer<UnsafePointer<Word>?>, inout OutputBuffer) -> Bool
    ) -> Int {
        var good = 0
        var out = OutputBuffer(capacity: 1 << 20)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Word>?.self, capacity: matcher.keys.count) { room in
            guard let slots = room.baseAddress else { return }
            for first in stride(from: 0, to: slices.count, by: batch) {
                arena.reset()
                arena.attach(block, as: Arena.sourceBase)
                arena.attach(literalBlock, as: Arena.literalBase)
                out.removeAll()
                for slice in slices[first..<min(first + batch, slices.count)] {
                    guard let root = try? arena.parse(slice) else { continue }
                    if work(arena.view(root), slots, &out) { good += 1 }
                }
            }
        }
        return good
    }

    @inline(__always)
    private func build(_ root: View, _ slots: UnsafeMutablePointer<UnsafePointer<Word>?>) -> UnsafePointer<Word>? {
        guard matcher.find(in: root, slots), let id = slots[0], let customer = slots[1], let email = slots[2],
            let items = slots[3], let total = slots[4], let created = slots[5]
        else { return nil }
        var builder = Builder(arena)
        let object = builder.open()
        builder.append(keys[0])
        builder.copy(id)
        builder.append(keys[1])
        let inner = builder.open()
        builder.append(keys[0])
        builder.copy(customer)
        builder.append(keys[2])
        builder.copy(email)
        builder.close(inner, .object, count: 2)
        builder.append(keys[3])
        builder.copy(items)
        builder.append(keys[4])
        builder.copy(total)
        builder.append(keys[5])
        builder.copy(created)
        builder.close(object, .object, count: 5)
        return builder.finish()
    }
}
