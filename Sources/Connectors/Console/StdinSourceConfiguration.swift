public import IntegrationCore

/// A source of type `stdin`.
public struct StdinSourceConfiguration: Configurable {
    public static let table = FieldTable(
        "stdin source", summary: "Reads standard input record by record until it ends.",
        fields: RecordConfiguration.fields, example: "{format: lines}", rules: [RecordConfiguration.rule])

    public var records: RecordConfiguration

    public init(_ fields: DecodedFields) { records = RecordConfiguration(fields) }

    /// The source, with the codec that `records` names.
    public func makeSource(codec: any Codec) -> StdinSource {
        StdinSource(codec: codec, batchSize: records.batchSize, maximumMessageSize: records.maximumMessageSize)
    }
}
