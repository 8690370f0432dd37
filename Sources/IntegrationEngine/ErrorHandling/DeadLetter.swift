public import IntegrationCore
public import IntegrationDocument

/// A message that could not be delivered, with all that a person needs to mend and replay it.
public struct DeadLetter: Sendable {
    public var id: MessageID
    public var flow: String
    /// The source, step or destination that refused it.
    public var step: String
    public var error: IntegrationError
    /// All tries, the last one included.
    public var attempts: Int
    /// Wall time since 1970.
    public var time: Duration
    public var source: String
    /// The bytes that came in.
    public var original: [UInt8]
    /// The bytes at the step that failed, where they differ from the original.
    public var atStep: [UInt8]?
    /// Headers and what else the source knew, as JSON.
    public var metadata: [UInt8]?
    /// The destination that refused it, as the flow names it; nil where a step did.
    public var destination: String?
    /// How often its source handed it over.
    public var receiveCount = 1
    /// Its slot in the delivery that it came in.
    var origin = 0

    public init(
        id: MessageID, flow: String, step: String, error: IntegrationError, attempts: Int, time: Duration,
        source: String, original: [UInt8], atStep: [UInt8]? = nil, metadata: [UInt8]? = nil
    ) {
        self.id = id
        self.flow = flow
        self.step = step
        self.error = error
        self.attempts = attempts
        self.time = time
        self.source = source
        self.original = original
        self.atStep = atStep
        self.metadata = metadata
    }

    /// The dead letter as one line of JSON, the form that any destination but a queue gets:
    /// `id, flow, step, code, error, path, causes, attempts, time, source, body` (or `body_base64`), `body_at_step`
    /// and `metadata`.
    public func writeEnvelope(to out: inout OutputBuffer) {
        func member(_ name: String, _ text: String) {
            out.append(",\"\(name)\":")
            out.append(string: text)
        }
        out.append("{\"id\":\"\(id)\"")
        member("flow", flow)
        member("step", step)
        member("code", error.code.id)
        member("error", error.message)
        if let path = error.path { member("path", path) }
        if !error.causes.isEmpty { member("cause", error.causes.joined(separator: ": ")) }
        out.append(",\"attempts\":\(attempts)")
        member("time", Timestamp.text(time))
        member("source", source)
        writeBody(original, "body", &out)
        if let atStep { writeBody(atStep, "body_at_step", &out) }
        if let metadata {
            out.append(",\"metadata\":")
            metadata.withUnsafeBufferPointer { out.append($0) }
        }
        out.append("}")
    }

    /// Text as a JSON string, anything else in base 64 (RFC 4648, 4) under another name.
    private func writeBody(_ bytes: [UInt8], _ name: String, _ out: inout OutputBuffer) {
        bytes.withUnsafeBufferPointer { bytes in
            if String(validating: bytes, as: UTF8.self) != nil {
                out.append(",\"\(name)\":")
                out.append(string: bytes)
            } else {
                out.append(",\"\(name)_base64\":\"")
                out.append(Base64.encode(bytes))
                out.append("\"")
            }
        }
    }
}

/// What takes dead letters in.
public protocol DeadLetterSink: Sendable {
    /// Returns when each is safe or refused; what is refused is offered again.
    ///
    /// - Throws: when all are refused.
    func accept(_ letters: [DeadLetter]) async throws(IntegrationError) -> SendReport
}

/// Dead letters as envelopes to any destination.
struct EnvelopeSink: DeadLetterSink {
    let sender: any Sender

    func accept(_ letters: [DeadLetter]) async throws(IntegrationError) -> SendReport {
        try await sender.send(Self.batch(letters))
    }

    private static func batch(_ letters: [DeadLetter]) -> Batch {
        var out = OutputBuffer()
        var spans: [(MessageID, Int, Int)] = []
        for letter in letters {
            let start = out.count
            letter.writeEnvelope(to: &out)
            spans.append((letter.id, start, out.count - start))
        }
        let arena = Arena()
        arena.attach(out.withBytes { ByteBlock($0) }, as: Arena.sourceBase)
        let messages = spans.enumerated().map { index, span in
            Message(id: span.0, origin: index, body: Slice(base: Arena.sourceBase, offset: span.1, length: span.2))
        }
        return Batch(arena: arena, messages: messages)
    }
}
