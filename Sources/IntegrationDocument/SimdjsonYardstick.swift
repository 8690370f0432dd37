/// simdjson's whole parse into its own DOM: what the parser is measured against, and an oracle for its verdicts.
public final class SimdjsonYardstick {
    private let indexer = StructuralIndexer()

    public init() {}

    /// Whether simdjson accepts the text, which needs `ByteBlock.padding` readable bytes behind it.
    public func parse(_ text: UnsafePointer<UInt8>, _ length: Int) -> Bool { indexer.parseDOM(text, length) }
}
