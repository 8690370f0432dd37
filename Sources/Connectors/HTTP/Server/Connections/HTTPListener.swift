internal import IntegrationCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A listening port and its connections, shared by the flows that serve something there.
final class HTTPListener: SharedResource {
    private struct State {
        var table = RouteTable()
        var settings: ListenerSettings
        var tls: NIOSSLContext?
        var connections = 0
        var isAccepting = true
        /// Signalled when the last connection is gone; nil until somebody waits for that.
        var emptied: ShutdownSignal?
    }

    private let state: Mutex<State>
    private let acceptor = Mutex<(any Channel)?>(nil)
    private let cares = Mutex<[LoopCare]>([])
    private let checks = Mutex<[RepeatedTask]>([])
    private let logger: Logger
    let clock: any TimeSource

    /// How long connections may take to finish what they have in hand when the listener closes.
    private static let grace = Duration.seconds(5)
    private static let checkInterval = TimeAmount.milliseconds(250)

    private init(_ settings: ListenerSettings, _ tls: NIOSSLContext?, clock: any TimeSource, logger: Logger) {
        state = Mutex(State(settings: settings, tls: tls))
        self.clock = clock
        self.logger = logger
    }

    var table: RouteTable { state.withLock { $0.table } }

    /// The address that it listens on, which has the port that the system chose where the configuration says 0.
    var address: SocketAddress? { acceptor.withLock { $0?.localAddress } }

    // MARK: Opening and closing

    /// Listens.
    ///
    /// - Throws: `addressUnusable`; what is wrong with a certificate.
    static func open(
        _ settings: ListenerSettings, clock: any TimeSource, logger: Logger
    ) async throws(IntegrationError) -> HTTPListener {
        let tls = try settings.tls.map { tls throws(IntegrationError) in try ServerTLS.context(tls) }
        let listener = HTTPListener(settings, tls, clock: clock, logger: logger)
        let cares = Array(group.makeIterator()).map { LoopCare($0, of: listener) }
        listener.cares.withLock { $0 = cares }
        try await listener.bind(settings)
        listener.checks.withLock { checks in
            checks = cares.map { care in
                care.loop.scheduleRepeatedTask(initialDelay: checkInterval, delay: checkInterval) { _ in care.check() }
            }
        }
        return listener
    }

    private static var group: MultiThreadedEventLoopGroup { .singleton }

    private func bind(_ settings: ListenerSettings) async throws(IntegrationError) {
        do {
            // The socket of before, which is being closed.
            try await acceptor.withLock { $0 }?.closeFuture.get()
            let channel = try await ServerBootstrap(group: Self.group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { self.accept($0) }
                .bind(host: settings.host, port: settings.port).get()
            acceptor.withLock { $0 = channel }
        } catch {
            throw IntegrationError(
                .addressUnusable, "\(settings.address) can't be listened on", causes: ["\(error)"])
        }
    }

    /// Listens again where it had begun to close because the last of those who served something had gone.
    func resume() async throws(IntegrationError) {
        let settings: ListenerSettings? = state.withLock { state in
            guard !state.isAccepting else { return nil }
            state.isAccepting = true
            return state.settings
        }
        guard let settings else { return }
        for care in cares.withLock({ $0 }) { care.loop.execute { care.resume() } }
        try await bind(settings)
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (settings, tls, isFull) = state.withLock { state in
            state.connections += 1
            return (state.settings, state.tls, state.connections > state.settings.maximumConnections)
        }
        guard !isFull, let care = cares.withLock({ $0.first { $0.loop === channel.eventLoop } }) else {
            connectionClosed()
            return channel.close()
        }
        return channel.eventLoop.makeCompletedFuture {
            let connection = ServerConnection(on: channel.eventLoop, care, settings.timeouts)
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            try pipeline.addHandler(ArrivalWatch(connection))
            try pipeline.addHandler(
                ByteToMessageHandler(
                    HTTPRequestDecoder(
                        leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
                        limitConfiguration: settings.decoderLimits)))
            try pipeline.addHandler(connection)
        }
    }

    func connectionClosed() {
        let emptied = state.withLock { state in
            state.connections -= 1
            return state.connections == 0 ? state.emptied : nil
        }
        emptied?.signal()
    }

    /// No new connections, and those that are there end with what they have in hand.
    private func drain() {
        let isFirst = state.withLock { state in
            defer { state.isAccepting = false }
            return state.isAccepting
        }
        guard isFirst else { return }
        // Whoever is refused knows that every request in hand ends its connection.
        for care in cares.withLock({ $0 }) { care.loop.execute { care.drain() } }
        acceptor.withLock { $0 }?.close(mode: .all, promise: nil)
    }

    func close() async {
        drain()
        let emptied = ShutdownSignal()
        let isEmpty = state.withLock { state in
            state.emptied = emptied
            return state.connections == 0
        }
        if isEmpty { emptied.signal() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await emptied.waitToTheEnd() }
            group.addTask { [clock] in
                do throws(CancellationError) { try await clock.sleep(for: Self.grace) } catch {}
                for care in self.cares.withLock({ $0 }) { care.loop.execute { care.closeAll() } }
            }
            await group.next()
            group.cancelAll()
        }
        for check in checks.withLock({ $0 }) { check.cancel() }
        // When this returns the address is free.
        do {
            try await acceptor.withLock { $0 }?.closeFuture.get()
        } catch {
            logger.debug("the socket could not be closed properly", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Routes

    /// Serves a route from now on, with what waits for a predecessor of it.
    ///
    /// - Throws: `cannotBuild` where somebody else serves the same, or asks for other settings of the same address.
    func attach(_ route: Route, _ settings: ListenerSettings) throws(IntegrationError) {
        let tls = try settings.tls.map { tls throws(IntegrationError) in try ServerTLS.context(tls) }
        let outcome: Result<[Route], IntegrationError> = state.withLock { state in
            var table = state.table
            let predecessors = table.all.filter { $0.inbox.phase == .handedOver && $0.isSucceeded(by: route) }
            for predecessor in predecessors { table.remove(predecessor) }
            let isAlone = table.all.allSatisfy { $0.inbox.phase != .open }
            guard isAlone || settings == state.settings else {
                let other = table.all.first { $0.inbox.phase == .open } ?? route
                return .failure(ListenerSettings.conflict(route, other, settings.address))
            }
            do throws(IntegrationError) {
                try table.add(route)
            } catch {
                return .failure(error)
            }
            state.table = table
            if isAlone {
                state.settings = settings
                state.tls = tls
            }
            return .success(predecessors)
        }
        for predecessor in try outcome.get() {
            for exchange in predecessor.inbox.handOver(to: route.inbox) { Self.refuse(exchange) }
        }
    }

    /// Takes no more requests for a route; those that its flow has in hand are answered.
    ///
    /// - Parameter handsOver: whether a successor is to get what comes from now on.
    func retire(_ route: Route, handsOver: Bool) {
        route.inbox.end(handsOver: handsOver)
        if table.all.allSatisfy({ $0.inbox.phase == .closed }) { drain() }
    }

    /// Serves a route no longer; nobody takes its requests any more.
    func detach(_ route: Route, handsOver: Bool) {
        retire(route, handsOver: handsOver)
        guard route.inbox.phase == .closed else { return }
        state.withLock { $0.table.remove(route) }
        for exchange in route.inbox.empty() { Self.refuse(exchange) }
    }

    func endHandover() {
        for route in table.all where route.inbox.phase == .handedOver { detach(route, handsOver: false) }
    }

    private static func refuse(_ exchange: Exchange) {
        exchange.connection.loop.execute {
            exchange.connection.refuse(exchange, .later(503, "the flow behind this path is stopping"))
        }
    }
}
