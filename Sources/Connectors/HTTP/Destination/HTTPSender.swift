internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// Sends messages one by one.
struct HTTPSender: Sender {
    let destination: HTTPDestination
    let open: OpenConnection

    var requestUnit: RequestUnit { .message }
    var endsWhenCancelled: Bool { true }
    func nextExecutor() -> (any TaskExecutor)? { HTTPPool.nextExecutor() }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        let arena = open.context.arenas.take()
        defer { open.context.arenas.give(arena) }
        // Others may read the batch meanwhile, and expressions write into its memory: they get a copy.
        let own = batch.copy(of: batch.messages.indices, into: arena)
        var report = SendReport()
        for index in own.messages.indices {
            do throws(IntegrationError) {
                try await send(own.messages[index], arena)
            } catch {
                report.refused.append((index, error))
                guard error.code.retryClass == .connection else { continue }
                // Nobody is there: the others need not be tried one by one.
                for rest in (index + 1)..<max(index + 1, own.messages.count) { report.refused.append((rest, error)) }
                return report
            }
        }
        return report
    }

    private func send(_ message: Message, _ arena: Arena) async throws(IntegrationError) {
        var input = TextInput(message: message, arena: arena, context: open.context)
        var request = try request(&input, message, arena)
        let content = destination.content
        if let name = content.idempotencyHeader {
            request.headers.replaceOrAdd(name: name, value: message.id.description)
        }
        var random = open.context.random
        let answer = try await open.send(
            request, &input, trace: message.traceContext(in: arena, random: random.next()))
        if let failure = open.failure(answer, of: request, accepted: destination.accepted) { throw failure }
    }

    private func request(
        _ input: inout TextInput, _ message: Message, _ arena: Arena
    ) throws(IntegrationError) -> HTTPRequest {
        var request: HTTPRequest
        switch destination.target {
        case .fixed(let base): request = try destination.template.request(base, &input)
        case .foreign(let text):
            let url = try text.string(&input, encoding: .plain)
            let address: HTTPAddress
            do throws(HTTPAddress.Malformed) {
                address = try HTTPAddress(url)
            } catch {
                throw IntegrationError(.httpRequestInvalid, "`url`: the address \(error.reason)")
            }
            request = try destination.template.request(address, &input)
            request.guardedBy = destination.connection.transport.options.allowed
        }
        if destination.template.body == nil, destination.content.sendsMessage {
            var out = OutputBuffer(capacity: Int(message.original.length))
            message.writeBody(in: arena, to: &out)
            request.body = out.withBytes { ByteBuffer(bytes: $0) }
        }
        if let events = destination.events { try events.apply(to: &request, &input, message.id, destination.content) }
        if request.body != nil { request.headers.setWhereMissing("content-type", destination.content.contentType) }
        return request
    }
}
