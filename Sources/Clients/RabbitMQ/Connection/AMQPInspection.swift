internal import CRabbitMQ
internal import FileSystemClient
internal import Glibc
public import IntegrationCore

/// Goes the way to a broker step by step, to see how far it leads; on a thread of its own.
public actor AMQPInspection {
    /// What was agreed upon over TLS.
    public struct Agreement: Sendable {
        /// Such as `TLSv1.3`.
        public let version: String
        /// Until the broker's certificate expires.
        public let daysLeft: Int
    }

    private let executor: ThreadExecutor
    private let options: AMQPOptions
    private let gate: SocketGate
    /// Where the broker's nodes are.
    private var found: [(address: AMQPOptions.Address, targets: [TCPSocket.Target])] = []
    /// The node that is gone to.
    private var address: AMQPOptions.Address?
    private var link: AMQPLink?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ options: AMQPOptions, _ gate: SocketGate) throws(IntegrationError) {
        executor = try ThreadExecutor(stackSize: OwnThread.stackSize)
        (self.options, self.gate) = (options, gate)
    }

    /// Inspects the first node of a broker that accepts, for the length of `body`; what waits is cut where the task is cancelled.
    public static func withInspection<R: Sendable>(
        _ options: AMQPOptions, _ body: (AMQPInspection) async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        let gate = SocketGate()
        let inspection = try AMQPInspection(options, gate)
        let outcome: Result<R, IntegrationError> = await withTaskCancellationHandler {
            do throws(IntegrationError) {
                return .success(try await body(inspection))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            gate.interrupt()
        }
        await inspection.close()
        return try outcome.get()
    }

    private func close() {
        link?.close()
        link = nil
    }

    /// The addresses of the broker's hosts.
    ///
    /// - Throws: `hostUnknown` where none is known, `amqpLibraryMissing`.
    public func resolve() throws(IntegrationError) -> [String] {
        _ = try AMQPLibrary.load()
        found.removeAll()
        try each { address throws(IntegrationError) in
            found.append((address, try TCPSocket.resolve(address)))
            return false
        }
        return found.flatMap { $0.targets.map(\.text) }
    }

    /// Connects to the first node that accepts, and closes again.
    ///
    /// - Returns: the address that accepted, with its port, and why others did not.
    /// - Throws: `connectionRefused`, `connectTimedOut` where none accepts.
    public func connect() throws(IntegrationError) -> (accepted: String, others: [String]) {
        var accepted = ""
        let failures = try each { [found] address throws(IntegrationError) in
            guard let targets = found.first(where: { $0.address == address })?.targets else {
                throw IntegrationError(.hostUnknown, "`\(address.host)` can't be resolved")
            }
            let (descriptor, target) = try TCPSocket.connect(
                targets, address, until: SystemClock().now + options.connectTimeout, gate: gate)
            Glibc.close(descriptor)
            accepted = "\(target.text), port \(address.port)"
            return true
        }
        return (accepted, failures.map(\.message))
    }

    /// Does something with each node until it was done with one of them, which is gone to from then on.
    ///
    /// - Parameter body: whether it was the one.
    /// - Returns: why it could not be done with some.
    /// - Throws: the first failure, where it could be done with none.
    @discardableResult
    private func each(
        _ body: (AMQPOptions.Address) throws(IntegrationError) -> Bool
    ) throws(IntegrationError) -> [IntegrationError] {
        var failures: [IntegrationError] = []
        for address in options.addresses {
            do throws(IntegrationError) {
                guard try body(address) else { continue }
                self.address = address
                return failures
            } catch {
                failures.append(error)
            }
        }
        if let first = failures.first, failures.count == options.addresses.count { throw first }
        return failures
    }

    /// Connects for good, with TLS where it is asked for.
    ///
    /// - Returns: nil without TLS.
    /// - Throws: `tlsFailed`, and what connecting throws.
    public func agree() throws(IntegrationError) -> Agreement? {
        guard let address = address ?? options.addresses.first else {
            throw IntegrationError(.cannotBuild, "the connector names no address")
        }
        let link = try AMQPLink(options, address, gate)
        try link.connect(until: SystemClock().now + options.connectTimeout)
        self.link = link
        guard var seen = link.handshake else { return nil }
        return Agreement(version: AMQPFailure.text(&seen.version), daysLeft: Int(seen.days_left))
    }

    /// Logs in to the virtual host.
    ///
    /// - Returns: who answers, such as `RabbitMQ 3.10.8`.
    /// - Throws: `accessRefused`, `amqpNotFound`, `answerTimedOut`.
    public func login() throws(IntegrationError) -> String {
        guard let link else { throw IntegrationError(.connectionCut, "there is no connection") }
        try link.login(until: SystemClock().now + options.timeout)
        return link.broker
    }

    /// Goes the whole way to the first node that lets us in, without a look at its steps.
    ///
    /// - Throws: why the last one did not.
    public func open() throws(IntegrationError) {
        link = try AMQPLink.open(options, favourite: nil, gate: gate)
    }

    /// Compares what the broker has with what it should have; makes nothing.
    ///
    /// - Returns: what is not there yet, in words.
    /// - Throws: `amqpDiffers`, and `amqpNotFound` for what is only to be checked.
    public func compare(_ topology: AMQPTopology) throws(IntegrationError) -> [String] {
        try ask { link throws(AMQPFault) in try link.missing(of: topology, on: 1) }
    }

    /// Finds out whether the user may publish to an exchange, as far as it is there.
    public func mayWrite(to exchange: String) throws(IntegrationError) -> Bool {
        try ask { link throws(AMQPFault) in try link.mayWrite(to: exchange, on: 1) }
    }

    /// Finds out whether the user may consume a queue, as far as it is there.
    public func mayRead(_ queue: String) throws(IntegrationError) -> Bool {
        try ask { link throws(AMQPFault) in try link.mayRead(queue, on: 1) }
    }

    private func ask<R>(_ question: (AMQPLink) throws(AMQPFault) -> R) throws(IntegrationError) -> R {
        guard let link else { throw IntegrationError(.connectionCut, "there is no connection") }
        do throws(AMQPFault) {
            return try question(link)
        } catch {
            throw error.error
        }
    }
}
