internal import IntegrationCore
internal import IntegrationDocument

/// An open table. A lookup allocates nothing and waits for nobody.
final class TableFinder: ImmediateFinder, @unchecked Sendable {
    // Proof of Sendable: everything here is written before the finder is handed out, and only read afterwards.

    /// The text of every row.
    let block: ByteBlock
    private let arena: Arena
    private let index: TableIndex
    /// Keys with escapes, decoded.
    private let decodedKeys: [ByteBlock]

    init(block: ByteBlock, arena: Arena, index: consuming TableIndex, decodedKeys: [ByteBlock]) {
        self.block = block
        self.arena = arena
        self.index = index
        self.decodedKeys = decodedKeys
    }

    /// Number of rows.
    var count: Int { index.count }

    /// Bytes of memory: text, parsed rows and index.
    var footprint: Int { arena.footprint + index.footprint }

    func row(_ key: UnsafeBufferPointer<UInt8>) -> View? { index.row(key).map { arena.view($0) } }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        keys.map { key in
            var text = key.text
            let found: View? = text.withUTF8 { row($0) }
            return found.map { .found(Document(copying: $0)) } ?? .missing
        }
    }
}
