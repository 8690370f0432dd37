internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// Sends many messages in one request.
struct BulkSender: Sender {
    let destination: HTTPDestination
    let options: BulkOptions
    let open: OpenConnection

    /// A message as it stands in a body.
    private struct Item {
        /// In the batch.
        let index: Int
        let bytes: Range<Int>
    }

    var endsWhenCancelled: Bool { true }
    func nextExecutor() -> (any TaskExecutor)? { HTTPPool.nextExecutor() }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        let arena = open.context.arenas.take()
        defer { open.context.arenas.give(arena) }
        // Others may read the batch meanwhile, and parsing writes into its memory.
        let own = batch.copy(of: batch.messages.indices, into: arena)
        var report = SendReport()
        var texts: [UInt8] = []
        var pending: [[Item]] = []
        for index in own.messages.indices {
            do throws(IntegrationError) {
                let item = try item(own.messages[index], arena)
                let start = texts.count
                texts += item
                add(Item(index: index, bytes: start..<texts.count), to: &pending)
            } catch {
                report.refused.append((index, error))
            }
        }
        pending.reverse()
        while let items = pending.popLast() {
            do throws(IntegrationError) {
                for (place, error) in try await send(items, texts, own) {
                    report.refused.append((items[place].index, error))
                }
            } catch {
                if error.code == .httpRefused, items.count > 1 {
                    // One of them may be what is refused: the halves tell.
                    pending.append(Array(items[(items.count / 2)...]))
                    pending.append(Array(items[..<(items.count / 2)]))
                    continue
                }
                report.refused += items.map { ($0.index, error) }
                guard error.code.retryClass == .connection else { continue }
                for rest in pending { report.refused += rest.map { ($0.index, error) } }
                break
            }
        }
        report.refused.sort { $0.index < $1.index }
        return report
    }

    /// Puts an item into the last request that has room for it.
    private func add(_ item: Item, to requests: inout [[Item]]) {
        if let last = requests.last, last.count < options.count, let first = last.first,
            item.bytes.upperBound - first.bytes.lowerBound + last.count + 2 <= options.bytes
        {
            requests[requests.count - 1].append(item)
        } else {
            requests.append([item])
        }
    }

    /// One message as JSON on one line.
    private func item(_ message: Message, _ arena: Arena) throws(IntegrationError) -> [UInt8] {
        var out = OutputBuffer()
        if let events = destination.events {
            var body = OutputBuffer()
            message.writeBody(in: arena, to: &body)
            var input = TextInput(message: message, arena: arena, context: open.context)
            let event = try events.attributes.event(
                &input, id: message.id, data: body.withBytes { Array($0) },
                contentType: destination.content.contentType)
            event.write(to: &out)
        } else {
            var message = message
            out.append(try message.parsed(in: arena))
        }
        return out.withBytes { Array($0) }
    }

    /// One request.
    ///
    /// - Returns: which of them were refused, by their places.
    private func send(
        _ items: [Item], _ texts: [UInt8], _ batch: Batch
    ) async throws(IntegrationError) -> [Int: IntegrationError] {
        var input = TextInput(arena: batch.arena, context: open.context)
        guard case .fixed(let base) = destination.target else { return [:] }
        var request = try destination.template.request(base, &input)
        request.body = body(items, texts)
        request.headers.setWhereMissing("content-type", contentType)
        let first = batch.messages[items[0].index]
        var random = open.context.random
        let trace = first.traceContext(in: batch.arena, random: random.next())
        let answer = try await open.send(request, &input, trace: trace)
        if let failure = open.failure(answer, of: request, accepted: destination.accepted) { throw failure }
        guard let results = options.results else { return [:] }
        return try results.errors(answer, of: items.count, open)
    }

    private func body(_ items: [Item], _ texts: [UInt8]) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(items.reduce(2) { $0 + $1.bytes.count + 1 })
        let isArray = options.format == .json
        if isArray { body.writeInteger(UInt8(ascii: "[")) }
        for (place, item) in items.enumerated() {
            if isArray, place > 0 { body.writeInteger(UInt8(ascii: ",")) }
            body.writeBytes(texts[item.bytes])
            if !isArray { body.writeInteger(UInt8(ascii: "\n")) }
        }
        if isArray { body.writeInteger(UInt8(ascii: "]")) }
        return body
    }

    private var contentType: String {
        if destination.events != nil { return CloudEvent.batchedType }
        return options.format == .json ? "application/json" : "application/x-ndjson"
    }
}
