internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1

/// The connections of a listener on one event loop: hands their requests over together, and ends what takes too long.
final class LoopCare: @unchecked Sendable {
    // Proof of Sendable: everything that changes is touched on the event loop alone.

    let loop: any EventLoop
    private let listener: HTTPListener
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    /// Requests that became whole in this turn of the event loop.
    private var gathered: [Exchange] = []
    private var date = DateLine()
    /// Bytes of bodies that are not answered yet.
    private var held = 0
    private(set) var isDraining = false

    /// Most bytes of bodies that one event loop keeps; a body that makes it more is refused.
    private static let mostHeld = 128 << 20

    init(_ loop: any EventLoop, of listener: HTTPListener) {
        self.loop = loop
        self.listener = listener
    }

    /// Nanoseconds on the event loop's clock.
    var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Seconds since 1970.
    var wallSeconds: Int64 { listener.clock.wallTime.components.seconds }

    var dateLine: [UInt8] { date.line(at: wallSeconds) }

    // MARK: Connections

    func add(_ connection: ServerConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        listener.connectionClosed()
    }

    /// Ends what takes too long.
    func check() {
        let now = now
        for connection in connections.values { connection.check(at: now) }
    }

    /// Lets each connection finish what it has in hand.
    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    func closeAll() {
        for connection in connections.values { connection.close() }
    }

    /// Listens to new requests again.
    func resume() { isDraining = false }

    /// Takes note of bytes that are kept; false where they are too many.
    func hold(_ bytes: Int) -> Bool {
        guard held + bytes <= Self.mostHeld else { return false }
        held += bytes
        return true
    }

    func release(_ bytes: Int) { held -= bytes }

    // MARK: Requests

    /// - Throws: 404 or 405; or what answers a request of CORS.
    func route(
        _ head: HTTPRequestHead, _ target: RequestTarget
    ) throws(Refusal) -> (Route, [(name: String, value: String)]) {
        switch listener.table.find(head.method.rawValue, target) {
        case .found(let route, let parameters): return (route, parameters)
        case .unknown: throw Refusal(404, "nothing is served at this path")
        case .otherMethods(let routes):
            if head.method == .OPTIONS, let preflight = CrossOrigin.preflight(head, routes) { throw preflight }
            let methods = Set(routes.flatMap(\.methods)).union(["OPTIONS"]).sorted().joined(separator: ", ")
            if head.method == .OPTIONS {
                throw Refusal(answering: Reply(204, headers: [Reply.Header("Allow", methods)]))
            }
            throw Refusal(
                405, "this path is served for other methods", headers: [Reply.Header("Allow", methods)])
        }
    }

    /// - Throws: 429 or 503 where no request can wait any more.
    func checkRoom(for route: Route) throws(Refusal) {
        if route.inbox.hasRoom { return }
        throw Self.noRoom(in: route.inbox)
    }

    private static func noRoom(in inbox: Inbox) -> Refusal {
        inbox.phase == .closed
            ? .later(503, "the flow behind this path is stopping")
            : .later(429, "too many requests are waiting")
    }

    /// What browsers of other origins need to see.
    func dressed(_ reply: Reply, for exchange: Exchange?) -> Reply {
        guard let exchange, let crossOrigin = exchange.route.rules.crossOrigin else { return reply }
        var reply = reply
        reply.headers += crossOrigin.headers(for: exchange.head)
        return reply
    }

    /// Hands a request over at the end of this turn, together with others.
    func submit(_ exchange: Exchange) {
        gathered.append(exchange)
        guard gathered.count == 1 else { return }
        loop.execute { self.handOver() }
    }

    private func handOver() {
        var rest = gathered[...]
        gathered.removeAll(keepingCapacity: true)
        while let first = rest.first {
            let route = first.route
            let end = rest.firstIndex { $0.route !== route } ?? rest.endIndex
            let refused = route.inbox.put(Array(rest[rest.startIndex..<end]))
            for exchange in refused { exchange.connection.refuse(exchange, Self.noRoom(in: route.inbox)) }
            rest = rest[end...]
        }
    }
}
