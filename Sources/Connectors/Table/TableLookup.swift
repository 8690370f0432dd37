internal import FileSystemClient
public import IntegrationCore
internal import IntegrationDocument

/// A table of rows by key that stands in memory: loaded whole when the scope opens, then only read.
public struct TableLookup: Lookup {
    /// Where the rows come from.
    public enum Content: Sendable {
        /// A file.
        case file(path: String, TableFormat)
        /// A JSON array of rows, or an object of rows by key.
        case inline(String)
    }

    public var content: Content
    /// The member that holds a row's key, a string or a number (by its text).
    public var key: String

    public init(_ content: Content, key: String) {
        self.content = content
        self.key = key
    }

    public func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        try await body(try load(in: context))
    }

    /// Reads the table.
    ///
    /// - Throws: `tableMalformed` with the line, or why the file can't be read.
    func load(in context: FlowContext) throws(IntegrationError) -> TableFinder {
        switch content {
        case .file(let path, let format):
            let loader = TableLoader(place: path, key: key, context: context)
            return try loader.load(try RegularFile.read(path), format)
        case .inline(let json):
            let loader = TableLoader(place: "inline", key: key, context: context)
            return try loader.load(ByteBlock(json), .json)
        }
    }
}

/// How a file holds a table.
public enum TableFormat: Sendable {
    /// One JSON text: an array of rows, or an object of rows by key; up to 16 MiB.
    case json
    /// A record each, such as NDJSON or CSV.
    case records(any Codec)
}
