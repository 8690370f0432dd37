internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// One connection: it carries one exchange at a time, and closes when it has been idle too long or anything is odd.
final class ClientConnection: ChannelInboundHandler, @unchecked Sendable {
    // Proof of Sendable: what changes is only touched on the connection's event loop; the rest is constant.

    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    let target: ConnectionTarget
    let loop: any EventLoop
    private let channel: any Channel
    private let pool: ConnectionPool
    private let idleTimeout: TimeAmount

    private var exchange: ClientExchange?
    private var answer: HTTPResponseHead?
    private var isOpen = true
    /// Whether the pool counts it.
    private var isCounted = false
    private var isUsed = false
    /// When the exchange, or the rest between two of them, is over.
    private var deadline = NIODeadline.distantFuture
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?

    init(_ channel: any Channel, _ target: ConnectionTarget, _ pool: ConnectionPool, idleTimeout: TimeAmount) {
        self.channel = channel
        self.target = target
        self.pool = pool
        self.idleTimeout = idleTimeout
        loop = channel.eventLoop
    }

    /// From now on the pool counts it, and hears of its end.
    ///
    /// - Returns: whether it is still open.
    func join() -> Bool {
        isCounted = isOpen
        if isOpen { rest() }
        return isOpen
    }

    // MARK: Exchanges

    /// Sends a request whose head is framed, and takes the answer into `intake`.
    ///
    /// - Returns: the answer's head.
    func send(
        _ head: HTTPRequestHead, _ body: ByteBuffer?, _ intake: AnswerIntake, until deadline: NIODeadline
    ) async throws -> HTTPResponseHead {
        let exchange = ClientExchange(head: head, body: body, intake: intake, deadline: deadline)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchange.continuation = continuation
                if loop.inEventLoop { start(exchange) } else { loop.execute { self.start(exchange) } }
            }
        } onCancel: {
            loop.execute { self.cancel(exchange) }
        }
    }

    private func start(_ exchange: ClientExchange) {
        guard isOpen else {
            return exchange.continuation?.resume(throwing: isUsed ? ExchangeError.neverSent : .closed) ?? ()
        }
        guard !exchange.isCancelled else {
            exchange.continuation?.resume(throwing: CancellationError())
            return pool.free(self)
        }
        self.exchange = exchange
        isUsed = true
        setDeadline(exchange.deadline)
        channel.write(HTTPClientRequestPart.head(exchange.head), promise: nil)
        if let body = exchange.body {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    private func cancel(_ exchange: ClientExchange) {
        exchange.isCancelled = true
        if self.exchange === exchange { fail(CancellationError()) }
    }

    private func finish() {
        guard let exchange, let answer else { return close() }
        self.exchange = nil
        self.answer = nil
        // An answer may come before all of the request is written: what is left of it would begin the next one. Where that
        // can't be told, the connection is not used again.
        let isWritten = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
        if answer.isKeepAlive, isWritten, answer.status != .switchingProtocols {
            rest()
            pool.free(self)
        } else {
            close()
        }
        exchange.continuation?.resume(returning: answer)
    }

    private func fail(_ error: any Error) {
        let failed = exchange
        exchange = nil
        answer = nil
        close()
        failed?.continuation?.resume(throwing: error)
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What nobody asked for ends the connection.
        guard let exchange else { return close() }
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = head
            exchange.intake.begin(head.headers)
        case .body(let part):
            do {
                try exchange.intake.take(part)
            } catch {
                fail(error)
            }
        case .end: finish()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .uncleanShutdown? = error as? NIOSSLError {
            fail(ExchangeError.closed)
        } else {
            fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ExchangeError.closed)
        context.fireChannelInactive()
    }

    // MARK: Rest and end

    private func rest() { setDeadline(.now() + idleTimeout) }

    /// Closes it, whatever goes on. Called on its loop.
    func close() {
        guard isOpen else { return }
        isOpen = false
        timer?.task.cancel()
        timer = nil
        channel.close(promise: nil)
        if isCounted { pool.forget(self) }
    }

    /// Returns when it is closed.
    func closed() async {
        // Its end is all that counts, however it came.
        try? await channel.closeFuture.get()
    }

    /// A timer that runs is left alone while it fires early enough: it looks again then.
    private func setDeadline(_ deadline: NIODeadline) {
        self.deadline = deadline
        guard isOpen else { return }
        if let timer {
            guard timer.at > deadline else { return }
            timer.task.cancel()
        }
        timer = (deadline, loop.scheduleTask(deadline: deadline) { self.timerFired() })
    }

    private func timerFired() {
        timer = nil
        guard NIODeadline.now() >= deadline else { return setDeadline(deadline) }
        fail(ExchangeError.timedOut)
    }
}
