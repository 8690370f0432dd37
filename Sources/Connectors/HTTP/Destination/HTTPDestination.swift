internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// Sends each message as one request; an answer of class 2xx accepts it.
struct HTTPDestination: Destination {
    let connection: HTTPConnection
    let target: DestinationTarget
    let template: RequestTemplate
    let content: MessageContent
    /// Statuses beyond class 2xx that accept a message.
    let accepted: Set<Int>
    /// What makes events of messages, where they are sent as such.
    let events: CloudEventTemplate?
    /// Nil: each message is a request.
    let bulk: BulkOptions?

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await connection.open(in: context) { open in
            if let bulk { return try await body(BulkSender(destination: self, options: bulk, open: open)) }
            return try await body(HTTPSender(destination: self, open: open))
        }
    }
}

/// Where requests go.
enum DestinationTarget: Sendable {
    /// What the configuration names; paths are appended.
    case fixed(HTTPAddress)
    /// What the message says.
    case foreign(any MessageText)
}

/// What of a message becomes the body, and which headers go with it.
struct MessageContent: Sendable {
    let contentType: String
    /// A header that carries the message's id.
    let idempotencyHeader: String?
    /// Whether the message itself is the body, where no `body` is written.
    let sendsMessage: Bool
}

struct HTTPSender: Sender {
    let destination: HTTPDestination
    let open: OpenConnection

    var requestUnit: RequestUnit { .message }

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
