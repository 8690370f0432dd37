internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The open HTTP/1.1 connections (RFC 9112): kept, counted for each target, and lent to one exchange at a time.
///
/// Who asks on an event loop gets, if possible, a connection that lives there: the whole exchange then needs no other
/// thread.
final class ConnectionPool: Sendable {
    private struct State {
        var lines: [ConnectionTarget: ConnectionLine] = [:]
        var idle = 0
        var waiters: UInt64 = 0
        var isClosed = false

        mutating func takeIdle(_ target: ConnectionTarget, _ loop: any EventLoop) -> ClientConnection? {
            guard let kept = lines[target]?.takeIdle(on: loop) else { return nil }
            idle -= 1
            return kept
        }
    }

    /// Connections that are kept in all; beyond it, they are closed when they are free.
    private static let most = 1024

    private let options: HTTPTransportOptions
    private let maker: ConnectionMaker
    private let state = Mutex(State())

    init(_ options: HTTPTransportOptions, _ tls: NIOSSL.TLSConfiguration) {
        self.options = options
        maker = ConnectionMaker(options, tls)
    }

    /// Sends a request over a connection to `target` and takes the answer in.
    ///
    /// - Throws: `ExchangeError`, and what the connection, its parser and `intake` throw.
    func exchange(
        _ request: HTTPRequest, _ target: ConnectionTarget, _ intake: AnswerIntake, until deadline: NIODeadline
    ) async throws -> HTTPAnswer {
        let head = try RequestHead.of(request)
        while true {
            let connection = try await connection(to: target, until: deadline)
            do {
                let answer = try await connection.send(head, request.body, intake, until: deadline)
                return HTTPAnswer(
                    status: Int(answer.status.code), reason: answer.status.reasonPhrase, headers: answer.headers,
                    body: intake.body, address: request.address)
            } catch ExchangeError.neverSent {
                continue  // It was closed while it was kept.
            }
        }
    }

    // MARK: Taking one

    private func connection(
        to target: ConnectionTarget, until deadline: NIODeadline
    ) async throws -> ClientConnection {
        let loop = MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.any()
        if let kept = state.withLock({ $0.takeIdle(target, loop) }) { return kept }
        let id = state.withLock { state in
            state.waiters += 1
            return state.waiters
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(for: target, on: loop, until: deadline, id, continuation)
                if Task.isCancelled { giveUp(id, target, CancellationError()) }
            }
        } onCancel: {
            giveUp(id, target, CancellationError())
        }
    }

    private func wait(
        for target: ConnectionTarget, on loop: any EventLoop, until deadline: NIODeadline, _ id: UInt64,
        _ continuation: CheckedContinuation<ClientConnection, any Error>
    ) {
        // A connection that can't be made in time says so itself, and better: it is let be the first.
        let patience = NIODeadline.now() + TimeAmount(options.connectTimeout) + .milliseconds(50)
        let timer = loop.scheduleTask(deadline: min(deadline, patience)) { [self] in
            giveUp(id, target, deadline <= patience ? ExchangeError.timedOut : nil)
        }
        let waiter = ConnectionLine.Waiter(id: id, loop: loop, continuation: continuation, timer: timer)
        let (kept, mustMake) = state.withLock { state -> (ClientConnection?, Bool) in
            if let kept = state.takeIdle(target, loop) { return (kept, false) }
            return (nil, state.lines[target, default: line].wait(waiter))
        }
        if let kept { waiter.resume(with: .success(kept)) }
        if mustMake { make(target, on: loop) }
    }

    private var line: ConnectionLine { ConnectionLine(limit: options.maximumConnections) }

    /// - Parameter error: nil where no connection was there in time.
    private func giveUp(_ id: UInt64, _ target: ConnectionTarget, _ error: (any Error)?) {
        let (waiter, isMaking) = state.withLock { state in
            (state.lines[target]?.takeWaiter(id), state.lines[target]?.isMaking ?? false)
        }
        waiter?.resume(with: .failure(error ?? (isMaking ? ExchangeError.connectTimedOut : .noConnection)))
    }

    // MARK: Making one

    private func make(_ target: ConnectionTarget, on loop: any EventLoop) {
        maker.connect(target, on: loop, for: self).whenComplete { [self] result in
            do {
                let connection = try result.get()
                guard connection.join() else { throw ExchangeError.closed }
                free(connection, isNew: true)
            } catch {
                let waiter = state.withLock { $0.lines[target]?.fail() }
                waiter?.resume(with: .failure(error))
                makeNext(target)
            }
        }
    }

    /// Makes another connection where somebody waits for one that nobody makes.
    private func makeNext(_ target: ConnectionTarget) {
        let loop = state.withLock { state -> (any EventLoop)? in
            let loop = state.lines[target]?.next()
            if state.lines[target]?.isUnused == true { state.lines[target] = nil }
            return loop
        }
        if let loop { make(target, on: loop) }
    }

    // MARK: Giving one back

    /// A connection may be used by the next one. Called on its loop.
    func free(_ connection: ClientConnection, isNew: Bool = false) {
        let (waiter, isTooMany) = state.withLock { state -> (ConnectionLine.Waiter?, Bool) in
            let waiter = state.lines[connection.target]?.free(connection, isNew: isNew)
            if waiter == nil { state.idle += 1 }
            return (waiter, waiter == nil && (state.isClosed || state.idle > Self.most))
        }
        if let waiter {
            waiter.resume(with: .success(connection))
        } else if isTooMany {
            connection.close()
        }
    }

    /// A connection is closed, or about to be. Called once, on its loop.
    func forget(_ connection: ClientConnection) {
        state.withLock { state in
            let before = state.lines[connection.target]?.idle.count ?? 0
            state.lines[connection.target]?.forget(connection)
            state.idle -= before - (state.lines[connection.target]?.idle.count ?? 0)
        }
        makeNext(connection.target)
    }

    /// Closes all connections. Nobody may use them any more.
    func close() async {
        let all = state.withLock { state in
            state.isClosed = true
            return state.lines.values.flatMap(\.idle)
        }
        for connection in all { connection.loop.execute { connection.close() } }
        for connection in all { await connection.closed() }
    }
}
