internal import FileSystemClient
internal import IntegrationCore
internal import IntegrationDocument

/// Makes a table of bytes.
struct TableLoader {
    /// The file, or `inline`.
    let place: String
    let key: String
    let context: FlowContext

    /// A row, its key where it is not a member of the row, and where it stands.
    private struct Row {
        var root: UnsafePointer<Word>
        var key: UnsafePointer<Word>?
        var offset: Int
    }

    func load(_ block: ByteBlock, _ format: TableFormat) throws(IntegrationError) -> TableFinder {
        guard block.count < Int(UInt32.max) else {
            throw IntegrationError(.tableMalformed, "\(place) is larger than 4 GiB")
        }
        let arena = Arena()
        arena.attach(block, as: Arena.sourceBase)
        switch format {
        case .json:
            return try index(try document(block, arena), of: block, in: arena, lines: block)
        case .records(let codec):
            let messages = try decode(block, codec, arena)
            guard messages.allSatisfy({ isPlain($0, arena) }) else { return try rewrite(messages, arena, block) }
            let rows = messages.compactMap { message in
                message.document.map { Row(root: $0, key: nil, offset: Int(message.original.offset)) }
            }
            return try index(rows, of: block, in: arena, lines: block)
        }
    }

    // MARK: One JSON text

    private func document(_ block: ByteBlock, _ arena: Arena) throws(IntegrationError) -> [Row] {
        let root: View
        do throws(ParseError) {
            root = arena.view(try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: block.count)))
        } catch {
            if error.reason == .tooLarge {
                throw IntegrationError(
                    .tableMalformed, "\(place) is larger than 16 MiB",
                    remedy: "Write so large a table as NDJSON, a row a line.")
            }
            throw malformed(error.reason.rawValue, line: error.line, cause: error.detail)
        }
        switch root.kind {
        case .array:
            return root.elements.map { Row(root: $0.pointer, key: nil, offset: firstByte(of: $0, arena)) }
        case .object:
            return root.members.map {
                Row(root: $0.value.pointer, key: $0.key.pointer, offset: $0.key.word.offset)
            }
        default: throw malformed("a table is an array of rows, or an object of rows by key", line: 1)
        }
    }

    /// About where a value stands: its first scalar.
    private func firstByte(of view: View, _ arena: Arena) -> Int {
        var at = view.pointer
        let end = at + view.word.extent
        while at < end {
            if at.pointee.isString || at.pointee.isNumber { return at.pointee.offset }
            at += 1
        }
        return 0
    }

    // MARK: Records

    private func decode(
        _ block: ByteBlock, _ codec: any Codec, _ arena: Arena
    ) throws(IntegrationError) -> [Message] {
        var cutter = RecordCutter(
            framing: codec.framing, hasHeader: codec.hasHeader, maximumRecord: Word.maximumLength)
        var run = RecordRun(block: block, identity: 1, path: place)
        var scanned = 0
        cutter.cut(block, from: &scanned, position: 0, limit: .max, takesRest: true, into: &run.records)
        run.header = cutter.header
        var batch = Batch(run, arena: arena, component: place) { _ in nil }
        if let decoder = codec.decoder { try decoder.process(&batch, in: context) }
        batch.forEach(place) { message, arena throws(IntegrationError) in
            _ = try message.parsed(in: arena)
            return .keep
        }
        let failures = batch.takeFailures().sorted { $0.message.origin < $1.message.origin }
        if let first = failures.first {
            let line = line(of: Int(first.message.original.offset), in: block)
            throw malformed(first.error.message, line: line, cause: first.error.path ?? "")
        }
        return batch.messages
    }

    /// Whether every text of a message stands in the file itself, as `TableFinder.block` promises.
    private func isPlain(_ message: Message, _ arena: Arena) -> Bool {
        guard let document = message.document else { return false }
        for step in 0..<document.pointee.extent {
            let word = document[step]
            if word.isString || word.isNumber, word.base != Arena.sourceBase { return false }
        }
        return true
    }

    /// Writes rows that a codec made as JSON, so that their texts stand in one block.
    private func rewrite(
        _ messages: [Message], _ made: Arena, _ lines: ByteBlock
    ) throws(IntegrationError) -> TableFinder {
        var out = OutputBuffer(capacity: lines.count * 2)
        var spans: [Slice] = []
        spans.reserveCapacity(messages.count)
        for message in messages {
            let start = out.count
            if let document = message.document { out.append(made.view(document)) }
            spans.append(Slice(base: Arena.sourceBase, offset: start, length: out.count - start))
        }
        let block = out.takeBlock()
        let arena = Arena()
        arena.attach(block, as: Arena.sourceBase)
        var rows: [Row] = []
        rows.reserveCapacity(messages.count)
        for (message, span) in zip(messages, spans) {
            do throws(ParseError) {
                rows.append(Row(root: try arena.parse(span), key: nil, offset: Int(message.original.offset)))
            } catch {
                let line = line(of: Int(message.original.offset), in: lines)
                throw malformed(error.reason.rawValue, line: line, cause: error.detail)
            }
        }
        return try index(rows, of: block, in: arena, lines: lines)
    }

    // MARK: Keys

    /// - Parameter lines: the text that line numbers are counted in.
    private func index(
        _ rows: [Row], of block: ByteBlock, in arena: Arena, lines: ByteBlock
    ) throws(IntegrationError) -> TableFinder {
        var index = TableIndex(capacity: rows.count)
        var decodedKeys: [ByteBlock] = []
        let matcher = KeyMatcher([key])
        for row in rows {
            let view = arena.view(row.root)
            guard view.kind == .object else {
                throw malformed("a row is not an object", line: line(of: row.offset, in: lines))
            }
            var slot: UnsafePointer<Word>? = row.key
            if slot == nil { _ = matcher.find(in: view, &slot) }
            guard let slot, slot.pointee.isString || slot.pointee.isNumber else {
                let problem = slot == nil ? "a row has no `\(key)`" : "`\(key)` of a row is neither text nor number"
                throw malformed(problem, line: line(of: row.offset, in: lines))
            }
            let text = arena.view(slot)
            var bytes = text.rawBytes
            if text.kind == .escapedString {
                let decoded = ByteBlock(text.decodedBytes)
                decodedKeys.append(decoded)
                bytes = UnsafeBufferPointer(start: decoded.start, count: decoded.count)
            }
            guard let other = index.insert(bytes, row.root) else { continue }
            let first = rows.first { $0.root == other }.map { line(of: $0.offset, in: lines) } ?? 0
            throw malformed(
                "the key `\(String(decoding: bytes.prefix(80), as: UTF8.self))` stands twice",
                line: line(of: row.offset, in: lines), cause: "it stands at line \(first) already")
        }
        return TableFinder(block: block, arena: arena, index: index, decodedKeys: decodedKeys)
    }

    // MARK: Mistakes

    private func line(of offset: Int, in block: ByteBlock) -> Int {
        UnsafeBufferPointer(start: block.start, count: min(offset, block.count)).reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
    }

    private func malformed(_ problem: String, line: Int, cause: String = "") -> IntegrationError {
        IntegrationError(
            .tableMalformed, "\(place) at line \(line): \(problem)", path: "line \(line)",
            causes: cause.isEmpty ? [] : [cause])
    }
}
