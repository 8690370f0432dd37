public import IntegrationCore
internal import IntegrationDocument

/// One JSON text a line (`format: ndjson`); every record is parsed when it comes in.
public struct NDJSONCodec: Codec {
    public init() {}

    public var name: String { "ndjson" }
    public var framing: Framing { .lines }
    public var hasHeader: Bool { false }
    public var decoder: (any Step)? { ParseJSON() }
}

/// Lines as they are (`format: lines`); a step that needs a document parses them as JSON.
public struct LinesCodec: Codec {
    public init() {}

    public var name: String { "lines" }
    public var framing: Framing { .lines }
    public var hasHeader: Bool { false }
    public var decoder: (any Step)? { nil }
}

/// Parses the bodies of a batch as JSON (RFC 8259).
public struct ParseJSON: Step {
    public init() {}

    public func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        batch.forEach("source") { message, arena throws(IntegrationError) in
            _ = try message.parsed(in: arena)
            return .keep
        }
    }
}
