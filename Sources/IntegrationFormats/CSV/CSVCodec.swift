public import IntegrationCore
internal import IntegrationDocument

/// Comma-separated values (RFC 4180): the first record names the fields, each other record is an object of strings.
public struct CSVCodec: Codec {
    /// One byte between fields.
    public var delimiter: UInt8
    /// Names of the fields where the stream has no header of its own.
    public var columns: [String]?

    public init(delimiter: UInt8 = UInt8(ascii: ","), columns: [String]? = nil) {
        self.delimiter = delimiter
        self.columns = columns
    }

    public var name: String { "csv" }
    public var framing: Framing { .quotedLines(quote: UInt8(ascii: "\"")) }
    public var hasHeader: Bool { columns == nil }
    public var decoder: (any Step)? { DecodeCSV(delimiter: delimiter, columns: columns) }
}

/// Turns CSV records into objects.
struct DecodeCSV: Step {
    let delimiter: UInt8
    let columns: [String]?

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        var headers: [UnsafePointer<Word>: [Word]] = [:]
        batch.forEach("source") { message, arena throws(IntegrationError) in
            var names: [Word] = []
            if let metadata = message.metadata, let known = headers[metadata] {
                names = known
            } else {
                names = try header(of: message, arena)
                if let metadata = message.metadata { headers[metadata] = names }
            }
            try decode(&message, names, arena)
            return .keep
        }
    }

    private func header(of message: Message, _ arena: Arena) throws(IntegrationError) -> [Word] {
        if let columns { return columns.map { arena.makeString($0) } }
        guard let text = message.metadata.flatMap({ arena.view($0)["header"] })?.decodedBytes else {
            throw IntegrationError(.csvMalformed, "the header is missing")
        }
        let names = try text.withUnsafeBufferPointer { text throws(IntegrationError) in
            try CSVRecord.fields(text, delimiter: delimiter)
        }
        return names.map { name in name.withUnsafeBufferPointer { arena.makeString($0) } }
    }

    private func decode(_ message: inout Message, _ names: [Word], _ arena: Arena) throws(IntegrationError) {
        let fields = try CSVRecord.fields(arena.bytes(message.original), delimiter: delimiter)
        guard fields.count == names.count else {
            throw IntegrationError(
                .csvMalformed, "the record has \(fields.count) fields, the header \(names.count)")
        }
        // Strings first: a builder is the only writer of the arena while it is open.
        let values = fields.map { field in field.withUnsafeBufferPointer { arena.makeString($0) } }
        var builder = Builder(arena, capacity: names.count * 2 + 1)
        let object = builder.open()
        for (name, value) in zip(names, values) {
            builder.append(name)
            builder.append(value)
        }
        builder.close(object, .object, count: names.count)
        message.replaceBody(with: builder.finish())
    }
}
