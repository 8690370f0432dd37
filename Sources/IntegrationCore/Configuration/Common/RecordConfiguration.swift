public import IntegrationDocument

/// How a stream of bytes falls into messages: the fields of every source that reads one.
public struct RecordConfiguration: Sendable, Hashable {
    /// The name of a codec in the catalog.
    public struct Format: RawRepresentable, Sendable, Hashable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let ndjson = Format(rawValue: "ndjson")
        public static let lines = Format(rawValue: "lines")
        public static let csv = Format(rawValue: "csv")
        /// Those that every catalog has.
        static let builtIn = [ndjson, lines, csv]
    }

    static let format = Field<Format>.defaulted(
        "format", .format, .ndjson,
        "`ndjson` parses one JSON text a line, `lines` takes lines as they are, `csv` makes an object of each record.")
    public static let delimiter = Field<String>.defaulted(
        "delimiter", .string("one ASCII character other than a quote or the end of a line", where: isDelimiter), ",",
        "What stands between two fields (csv).")
    static let columns = Field<[String]?>.optional(
        "columns", .list(of: .string, count: 1...10_000),
        "The names of the fields (csv); without it the first record names them.")
    static let batchSize = Field<Int>.defaulted(
        "batch_size", .int(1...100_000), 100, "Messages at most in one delivery.")
    static let maximumMessageSize = Field<ByteCount>.defaulted(
        "max_message_size", .size(in: ByteCount(1)...ByteCount.mebibytes(16)), .mebibytes(16),
        "A larger message goes to the dead letters, cut to this size.")

    /// All of them, in the order that the reference shows them.
    public static let fields: [any TableField] = [format, delimiter, columns, batchSize, maximumMessageSize]
    /// What `csv` alone takes.
    public static let rule: FieldTable.Rule = { fields, context in
        guard fields[format] != .csv else { return }
        for name in ["delimiter", "columns"] where fields.isWritten(name) {
            context.diagnostics.error(
                .conflictingFields, "`\(name)` has no meaning with `format: \(fields[format].rawValue)`",
                at: fields.span(of: name), help: "remove it, or write `format: csv`")
        }
    }

    public var format: Format
    /// One byte between two fields.
    public var delimiter: UInt8
    public var columns: [String]?
    public var batchSize: Int
    /// In bytes.
    public var maximumMessageSize: Int

    public init(
        format: Format = .ndjson, delimiter: UInt8 = UInt8(ascii: ","), columns: [String]? = nil, batchSize: Int = 100,
        maximumMessageSize: Int = Word.maximumLength
    ) {
        self.format = format
        self.delimiter = delimiter
        self.columns = columns
        self.batchSize = batchSize
        self.maximumMessageSize = maximumMessageSize
    }

    public init(_ fields: DecodedFields) {
        self.init(
            format: fields[Self.format], delimiter: fields[Self.delimiter].utf8.first ?? UInt8(ascii: ","),
            columns: fields[Self.columns], batchSize: fields[Self.batchSize],
            maximumMessageSize: min(fields[Self.maximumMessageSize].bytes, Word.maximumLength))
    }

    /// The codec that `format` names.
    public func codec(_ context: any MakerContext) throws(IntegrationError) -> any Codec {
        try context.codec(format.rawValue, CodecOptions(delimiter: delimiter, columns: columns))
    }

    private static func isDelimiter(_ text: String) -> Bool {
        guard let byte = text.utf8.first, text.utf8.count == 1 else { return false }
        return byte < 0x80 && byte != UInt8(ascii: "\"") && byte != 0x0A && byte != 0x0D && byte != 0
    }
}

extension FieldType where Value == RecordConfiguration.Format {
    /// A format that comes with Integration, or another one of the catalog.
    static var format: FieldType {
        let builtIn = RecordConfiguration.Format.builtIn.map(\.rawValue)
        return FieldType(shape: .enumeration(builtIn), encode: { .string($0.rawValue) }) { node, context in
            guard let scalar = node.scalar, scalar.kind != .null else {
                context.wrongType(node, expected: .enumeration(builtIn))
                return nil
            }
            let others = context.catalog.types(of: .codec).map(\.name).filter { !builtIn.contains($0) }
            if (builtIn + others).contains(scalar.text) { return RecordConfiguration.Format(rawValue: scalar.text) }
            context.notAChoice(node, shown: scalar, names: builtIn + others)
            return nil
        }
    }
}
