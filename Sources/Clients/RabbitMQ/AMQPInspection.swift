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

    private let executor = ThreadExecutor()
    private let options: AMQPOptions
    private let gate: SocketGate
    private var targets: [TCPSocket.Target] = []
    private var link: AMQPLink?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ options: AMQPOptions, _ gate: SocketGate) { (self.options, self.gate) = (options, gate) }

    /// Inspects the first address of a broker for the length of `body`; what waits is cut where the task is cancelled.
    public static func withInspection<R: Sendable>(
        _ options: AMQPOptions, _ body: (AMQPInspection) async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        let gate = SocketGate()
        let inspection = AMQPInspection(options, gate)
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

    private var address: AMQPOptions.Address {
        get throws(IntegrationError) {
            guard let address = options.addresses.first else {
                throw IntegrationError(.cannotBuild, "the connector names no address")
            }
            return address
        }
    }

    /// The addresses of the broker's host.
    ///
    /// - Throws: `hostUnknown`, `amqpLibraryMissing`.
    public func resolve() throws(IntegrationError) -> [String] {
        _ = try AMQPLibrary.load()
        targets = try TCPSocket.resolve(try address)
        return targets.map(\.text)
    }

    /// Connects and closes again.
    ///
    /// - Returns: the address that accepted.
    /// - Throws: `connectionRefused`, `connectTimedOut`.
    public func connect() throws(IntegrationError) -> String {
        let (descriptor, target) = try TCPSocket.connect(
            targets, try address, until: SystemClock().now + options.connectTimeout, gate: gate)
        Glibc.close(descriptor)
        return target.text
    }

    /// Connects for good, with TLS where it is asked for.
    ///
    /// - Returns: nil without TLS.
    /// - Throws: `tlsFailed`, and what connecting throws.
    public func agree() throws(IntegrationError) -> Agreement? {
        let link = try AMQPLink(options, try address, gate)
        try link.connect()
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
        try link.login()
        return link.broker
    }

    /// Goes the whole way, without a look at its steps.
    ///
    /// - Throws: what connecting and logging in throw.
    public func open() throws(IntegrationError) {
        _ = try agree()
        _ = try login()
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
