internal import CSimdjson

/// simdjson's stage 1: finds where values and punctuation stand, and checks UTF-8 on the way.
final class StructuralIndexer {
    private let indexer: OpaquePointer
    /// Open containers of the parse under way: tape index, count, key mask.
    let stack: UnsafeMutablePointer<Parser.Frame>
    static let maximumDepth = 1024

    init() {
        guard let created = integration_indexer_create() else { preconditionFailure("out of memory") }
        indexer = created
        stack = .allocate(capacity: Self.maximumDepth + 1)
    }

    deinit {
        integration_indexer_destroy(indexer)
        stack.deallocate()
    }

    /// Indexes `length` bytes. On success the indexes stay valid until the next call and end with a sentinel of `length`.
    @inline(__always)
    func run(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> (code: Int32, indexes: UnsafePointer<UInt32>?, count: Int)
    {
        var indexes: UnsafePointer<UInt32>?
        var count = 0
        let code = integration_indexer_run(indexer, bytes, length, &indexes, &count)
        return (code, indexes, count)
    }

    /// simdjson's whole parse into its own DOM, as a yardstick and as an oracle for tests.
    func parseDOM(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        integration_indexer_parse_dom(indexer, bytes, length) == 0
    }
}

extension ParseError.Reason {
    init(indexing code: Int32) {
        switch Int(code) {
        case INTEGRATION_INDEX_EMPTY: self = .empty
        case INTEGRATION_INDEX_UNCLOSED_STRING: self = .unclosedString
        case INTEGRATION_INDEX_CONTROL_CHARACTER: self = .controlCharacter
        case INTEGRATION_INDEX_INVALID_UTF8: self = .invalidUTF8
        case INTEGRATION_INDEX_OUT_OF_MEMORY: self = .outOfMemory
        default: self = .expectedValue
        }
    }
}
