internal import IntegrationDocument

/// A compiled schema's memory: its nodes and all that they point at.
final class Program: @unchecked Sendable {
    // Proof of Sendable: the memory is written while the schema is compiled by one thread, before anybody else has it,
    // and only read from then on.

    /// Holds the schema's own words and texts: constants, bounds, and what messages quote.
    let arena: Arena
    let memory: ProgramMemory
    let root: NodePointer
    private let nodes: NodePointer
    /// Where each node stands in the schema, and its words there.
    private let places: [(location: String, schema: WordPointer)]

    init(
        arena: Arena, memory: ProgramMemory, nodes: NodePointer, root: NodePointer,
        places: [(location: String, schema: WordPointer)]
    ) {
        self.arena = arena
        self.memory = memory
        self.nodes = nodes
        self.root = root
        self.places = places
    }

    /// The node's place in the schema, such as `#/properties/id`.
    func location(of node: NodePointer) -> String { places[node - nodes].location }

    /// The node as it is written.
    func schema(of node: NodePointer) -> View { arena.view(places[node - nodes].schema) }
}

/// Raw memory that lives as long as its program, and the objects that it points at.
final class ProgramMemory {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var objects: [AnyObject] = []

    deinit {
        for block in blocks { block.deallocate() }
    }

    func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        let block = UnsafeMutablePointer<T>.allocate(capacity: max(1, count))
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    func store<T: BitwiseCopyable>(_ value: T) -> UnsafePointer<T> {
        let place = allocate(T.self, count: 1)
        place.initialize(to: value)
        return UnsafePointer(place)
    }

    func row<T: BitwiseCopyable>(_ values: [T]) -> Row<T> {
        let place = allocate(T.self, count: values.count)
        place.initialize(from: values, count: values.count)
        return Row(start: UnsafePointer(place), count: values.count)
    }

    /// Keeps `object` alive, and refers to it without counting.
    func keep<T: AnyObject>(_ object: T) -> Unmanaged<T> {
        objects.append(object)
        return Unmanaged.passUnretained(object)
    }
}
