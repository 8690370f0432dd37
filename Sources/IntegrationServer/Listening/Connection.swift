internal import Glibc
internal import IntegrationCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// One connection: requests and answers, one after another.
struct Connection {
    typealias Channel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let channel: Channel
    let traffic: Traffic
    let logger: Logger

    /// Who is at the other end of a Unix socket (`SO_PEERCRED`, `unix(7)`).
    private struct Peer: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }

    func serve(_ table: RouteTable, _ services: AdminServices) async {
        traffic.connected(true)
        defer { traffic.connected(false) }
        do {
            let role = try await role()
            try await channel.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                while let (head, body) = try await Self.request(&parts) {
                    traffic.answering(true)
                    defer { traffic.answering(false) }
                    let answer: AdminAnswer
                    if let role, let body {
                        let request = AdminRequest(
                            method: head.method.rawValue, target: head.uri, body: body, role: role)
                        answer = await table.answer(request, services)
                    } else {
                        answer = AdminAnswer(Self.refusal(isKnown: role != nil))
                    }
                    try await Self.write(answer, to: outbound, keepAlive: head.isKeepAlive && body != nil)
                    if !head.isKeepAlive || body == nil { return }
                }
            }
        } catch {
            logger.debug("a connection to the admin API ended", metadata: ["error": "\(error)"])
        }
    }

    /// The owner of the process and root may do everything, nobody else anything.
    private func role() async throws -> AdminRole? {
        guard let options = channel.channel as? any SocketOptionProvider else { return nil }
        let peer: Peer = try await options.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return peer.user == getuid() || peer.user == 0 ? .admin : nil
    }

    private static func refusal(isKnown: Bool) -> IntegrationError {
        isKnown
            ? IntegrationError(.requestTooLarge, "the body is larger than \(SocketServer.largestBody >> 20) MiB")
            : IntegrationError(.roleTooLow, "this socket is for the user that the engine runs as")
    }

    /// The next request; without a body where that is too large. Nil at the end.
    private static func request(
        _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    ) async throws -> (HTTPRequestHead, [UInt8]?)? {
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        while let part = try await parts.next(isolation: #isolation) {
            switch part {
            case .head(let received): head = received
            case .body(let bytes):
                guard body.count + bytes.readableBytes <= SocketServer.largestBody else {
                    return head.map { ($0, nil) }
                }
                body += bytes.readableBytesView
            case .end: return head.map { ($0, body) }
            }
        }
        return nil
    }

    private static func write(
        _ answer: AdminAnswer, to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, keepAlive: Bool
    ) async throws {
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Content-Length", value: String(answer.body.count))
        if !keepAlive { headers.add(name: "Connection", value: "close") }
        for header in answer.headers { headers.add(name: header.name, value: header.value) }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        try await outbound.write(contentsOf: [
            .head(head), .body(.byteBuffer(ByteBuffer(bytes: answer.body))), .end(nil),
        ])
    }
}
