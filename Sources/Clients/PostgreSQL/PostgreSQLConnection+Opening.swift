internal import CLibPQ
internal import Glibc
public import IntegrationCore

extension PostgreSQLConnection {
    /// Connects, agrees on TLS, proves who we are, and settles how values are written.
    ///
    /// Of several hosts the next one is tried where one refuses or does not answer in time (PostgreSQL, 34.1.1.3).
    ///
    /// - Throws: why there is no connection, as a code of class `connection`: nobody has been asked for anything yet, so
    ///   that no message may lose a try.
    public nonisolated func connect() async throws(IntegrationError) {
        try await interruptible { connection throws(IntegrationError) in
            do throws(IntegrationError) {
                try connection.tryHosts()
            } catch {
                throw error.beforeAnyRequest
            }
        }
    }

    private func tryHosts() throws(IntegrationError) {
        var plan = try settings.plan()
        mode = plan.sslMode
        while let late = try attempt(plan) {
            // The host that was asked, and those before it, have had their chance.
            plan = plan.dropping(late.host + 1)
            if plan.hosts.isEmpty { throw late.error }
        }
        stage = .open
        try settle(until: .now + settings.connectTimeout)
    }

    /// The host that was being asked when time was over, and what to say where it is the last.
    private typealias Late = (host: Int, error: IntegrationError)

    private func attempt(_ plan: ConnectionPlan) throws(IntegrationError) -> Late? {
        let failures = ConnectFailure(plan)
        let pointer = Self.start(plan.keywords)
        guard let pointer else {
            throw IntegrationError(.noConnection, "there is no memory for a connection")
        }
        let handle = PQHandle(pointer, logger, remarks)
        stage = .resolve
        // With the server's codes in the words, which is the only way to have them here.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        guard PQstatus(pointer) != CONNECTION_BAD else { throw failures.error(handle.complaint) }
        stage = .connect
        var next = PGRES_POLLING_WRITING
        var host = 0
        var deadline = ContinuousClock.now + settings.connectTimeout
        while next != PGRES_POLLING_OK {
            switch waiting.wait(
                for: PQsocket(pointer), toRead: next == PGRES_POLLING_READING, toWrite: next == PGRES_POLLING_WRITING,
                until: deadline)
            {
            case .late: return (host, failures.late(host, stage))
            case .woken:
                guard !Task.isCancelled else {
                    throw IntegrationError(.noConnection, "connecting to \(plan.shown) was given up")
                }
                continue
            case .ready: break
            }
            next = PQconnectPoll(pointer)
            note(PQstatus(pointer))
            guard next != PGRES_POLLING_FAILED else { throw failures.error(handle.complaint) }
            let now = plan.hosts.firstIndex { other in
                other.portOrDefault == String(cString: PQport(pointer))
                    && [other.name, other.address].contains(String(cString: PQhost(pointer)))
            }
            if let now, now > host {
                host = now
                deadline = .now + settings.connectTimeout
            }
        }
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        guard PQsetnonblocking(pointer, 1) == 0 else { throw failures.error(handle.complaint) }
        statements = StatementCache()
        self.handle = handle
        return nil
    }

    private static func start(_ keywords: [(String, String)]) -> OpaquePointer? {
        let names = keywords.map { strdup($0.0) }
        let values = keywords.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        let namePointers = names.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
        return PQconnectStartParams(namePointers, valuePointers, 1)
    }

    private func note(_ status: ConnStatusType) {
        switch status {
        case CONNECTION_STARTED: stage = .connect
        case CONNECTION_MADE, CONNECTION_SSL_STARTUP: stage = .tls
        case CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK: stage = .authenticate
        default: break
        }
    }

    /// Settles how values are written, whatever the database's own settings are.
    private func settle(until deadline: ContinuousClock.Instant) throws(IntegrationError) {
        let outcome = try single(
            """
            set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set timezone = 'UTC';
            set bytea_output = 'hex'; set extra_float_digits = 1; set standard_conforming_strings = on
            """, until: deadline)
        if case .failed(let failure) = outcome { throw failure.error() }
    }
}

extension IntegrationError {
    /// The same of a connection on which nothing was asked for yet.
    fileprivate var beforeAnyRequest: IntegrationError {
        var error = self
        switch code.retryClass {
        case .timeout: error.code = .connectTimedOut
        case .interrupted: error.code = .connectionRefused
        case .serverError: error.code = .sqlUnavailable
        case .connection, .never, .rateLimited: break
        }
        return error
    }
}
