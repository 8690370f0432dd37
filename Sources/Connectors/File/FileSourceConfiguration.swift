internal import FileSystemClient
public import IntegrationCore

/// A source of type `file`.
public struct FileSourceConfiguration: Configurable {
    static let path = Field<PathValue>.required(
        "path", .path,
        "The file to read, or a pattern such as `in/*.ndjson`, whose files are read in the order of their names.")
    static let mode = Field<FileSource.Mode>.defaulted(
        "mode", .choice, .once, "`once` ends at the end; `follow` waits there for more, as `tail -F` does.")
    static let pollInterval = Field<Duration>.defaulted(
        "poll_interval", .duration(in: .milliseconds(1)...Duration.seconds(3600)), .milliseconds(250),
        "How often a followed file is looked at.")

    public static let table = FieldTable(
        "file source", summary: "Reads a file record by record.",
        fields: [path] + RecordConfiguration.fields + [mode, pollInterval], shorthand: "path",
        example: "{path: orders.ndjson, format: ndjson, batch_size: 500}",
        rules: [
            RecordConfiguration.rule,
            { fields, context in
                if fields[mode] == .once, fields.isWritten("poll_interval") {
                    context.diagnostics.error(
                        .conflictingFields, "`poll_interval` has no meaning with `mode: once`",
                        at: fields.span(of: "poll_interval"), help: "remove it, or write `mode: follow`")
                }
                if fields[mode] == .follow, RegularFile.isPattern(fields[path].text) {
                    context.diagnostics.error(
                        .conflictingFields, "`mode: follow` in \(context.subject) takes one file, not a pattern",
                        at: fields.span(of: "path"), help: "name the file, or write `mode: once`")
                }
            },
        ])

    public var path: PathValue
    public var records: RecordConfiguration
    public var mode: FileSource.Mode
    public var pollInterval: Duration

    public init(_ fields: DecodedFields) {
        path = fields[Self.path]
        records = RecordConfiguration(fields)
        mode = fields[Self.mode]
        pollInterval = fields[Self.pollInterval]
    }

    /// The source, with the codec that `records` names.
    public func makeSource(codec: any Codec) -> FileSource {
        FileSource(
            path: path.resolved, codec: codec, mode: mode, batchSize: records.batchSize,
            maximumMessageSize: records.maximumMessageSize, pollInterval: pollInterval)
    }
}
