internal import IntegrationCore
internal import IntegrationDocument

/// Puts rows into a batch's memory.
struct RowBatch {
    let arena: Arena

    /// A body's bytes; nil where they are more than a message can hold.
    func body(_ bytes: UnsafeBufferPointer<UInt8>?) -> Slice? {
        guard let bytes else { return .empty }
        guard bytes.count <= Word.maximumLength else { return nil }
        return arena.appendScratch(bytes)
    }

    static let tooLarge = IntegrationError(
        .messageTooLarge, "the row's body is larger than \(Word.maximumLength) bytes")

    /// Metadata with the headers that a row holds as a JSON object; a trace among them is the message's.
    func metadata(headers text: String?) -> UnsafePointer<Word>? {
        guard let text, var headers = headers(text) else { return nil }
        let trace = headers["traceparent"].flatMap { parent in
            parent.string.flatMap { TraceContext(parent: $0, state: headers["tracestate"]?.string.map { [$0] } ?? []) }
        }
        var builder = Builder(arena)
        let object = builder.open()
        builder.append(string: "headers")
        builder.copy(headers.pointer)
        var count = 1
        if let trace {
            builder.append(string: "traceparent")
            builder.append(string: trace.parent)
            count += 1
            if let state = trace.state {
                builder.append(string: "tracestate")
                builder.append(string: state)
                count += 1
            }
        }
        builder.close(object, .object, count: count)
        headers = arena.view(builder.finish())
        return headers.pointer
    }

    /// What is no object is no headers.
    private func headers(_ text: String) -> View? {
        let bytes = Array(text.utf8)
        let slice = bytes.withUnsafeBufferPointer { arena.appendScratch($0) }
        do throws(ParseError) {
            let view = arena.view(try arena.parse(slice, policy: .lenient))
            return view.kind == .object ? view : nil
        } catch {
            return nil
        }
    }
}
