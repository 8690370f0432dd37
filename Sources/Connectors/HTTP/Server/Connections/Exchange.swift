internal import NIOCore
internal import NIOHTTP1

/// One request, from its head until its reply.
final class Exchange: @unchecked Sendable {
    // Proof of Sendable: `body` is written by the connection's event loop until the request is whole, and from then on
    // only read; the lock of the inbox lies between. `prepared` is the lane's. `isAnswered` and `deadline` belong to the event loop throughout.

    let connection: ServerConnection
    let route: Route
    let head: HTTPRequestHead
    let target: RequestTarget
    /// Values of the route's parameters.
    let parameters: [(name: String, value: String)]
    /// Who is at the other end, such as `127.0.0.1:51234`.
    let remote: String
    /// The id that a webhook's sender gave it, where the route asks for one.
    var webhookID: String?
    var body: ByteBuffer?
    /// The reply to it, once it has been made; the lane that has the request makes and sends it.
    var prepared: EncodedReply?
    var isAnswered = false
    /// When the sender is told that it takes too long.
    var deadline = NIODeadline.distantFuture

    init(
        _ head: HTTPRequestHead, _ target: RequestTarget, on connection: ServerConnection, for route: Route,
        parameters: [(name: String, value: String)], remote: String
    ) {
        self.head = head
        self.target = target
        self.connection = connection
        self.route = route
        self.parameters = parameters
        self.remote = remote
    }

    var bodyCount: Int { body?.readableBytes ?? 0 }
}
