internal import IntegrationCore

/// Which connections a pool has, who uses them, and who waits for one.
///
/// A pure state machine: an event goes in, what is to be done comes out. Connections and those who ask for one are
/// numbers; times are those of a monotonic clock that the caller reads.
public struct PoolState: Sendable {
    public enum Action: Sendable, Hashable {
        /// Ends with `opened` or `openFailed`.
        case open(connection: Int)
        /// Ends with `checked`.
        case check(connection: Int)
        /// Ends with `closed`.
        case close(connection: Int)
        /// Ends with `returned`.
        case give(connection: Int, to: Int)
        case refuse(Int, Refusal)
    }

    public enum Refusal: Sendable, Hashable {
        /// More wait than may.
        case crowded
        /// The deadline is over.
        case late
        /// No connection can be opened, and there is none to wait for.
        case unreachable
        /// The pool is shut down.
        case shutDown
    }

    private enum Use: Sendable, Hashable {
        case opening
        case idle(since: Duration)
        /// For somebody, who may leave meanwhile.
        case checking(ticket: Int?, deadline: Duration?)
        case leased
        case closing
    }

    private struct Entry: Sendable {
        var use: Use
        /// When its lifetime is over.
        var end: Duration?
    }

    public let limits: PoolLimits
    private var entries: [Int: Entry] = [:]
    /// Those that nobody uses, the one that was used last at the end.
    private var idle: [Int] = []
    private var line = WaitingLine()
    private var nextConnection = 0
    private var opening = 0
    /// Openings that failed in a row, and until when none is tried.
    private var failures = 0
    private var pause = Duration.zero
    private var isShutDown = false
    private var actions: [Action] = []

    public init(_ limits: PoolLimits = PoolLimits()) { self.limits = limits }

    /// Connections of every kind.
    public var connections: Int { entries.count }
    public var idleConnections: Int { idle.count }
    public var waiting: Int { line.count }
    /// Whether it is shut down and every connection is closed.
    public var isOver: Bool { isShutDown && entries.isEmpty }

    /// What is to be done since it was asked last, in order.
    public mutating func takeActions() -> [Action] {
        defer { actions.removeAll() }
        return actions
    }

    /// When `tick` is to be called; nil where nothing depends on time.
    public var nextTick: Duration? {
        guard !isShutDown else { return nil }
        var times = [line.nextDeadline]
        for entry in entries.values {
            switch entry.use {
            case .checking(_, let deadline): times.append(deadline)
            case .idle(let since):
                times.append(entry.end)
                if kept > limits.minimum { times.append(limits.idleTimeout.map { since + $0 }) }
            case .opening, .leased, .closing: break
            }
        }
        if wantsMore { times.append(pause) }
        return times.compactMap(\.self).min()
    }

    // MARK: Events

    /// Opens the minimum.
    public mutating func start(at now: Duration) { settle(at: now) }

    /// Somebody asks for a connection.
    public mutating func request(_ ticket: Int, deadline: Duration? = nil, at now: Duration) {
        guard !isShutDown else { return actions.append(.refuse(ticket, .shutDown)) }
        line.append(ticket, deadline: deadline)
        settle(at: now)
        if line.count > limits.maximumWaiting, line.remove(ticket) { actions.append(.refuse(ticket, .crowded)) }
    }

    /// Somebody does not wait any longer; returns whether he was waiting.
    public mutating func cancel(_ ticket: Int, at now: Duration) -> Bool {
        if line.remove(ticket) { return true }
        for (connection, entry) in entries {
            guard case .checking(ticket, _) = entry.use else { continue }
            entries[connection]?.use = .checking(ticket: nil, deadline: nil)
            return true
        }
        return false
    }

    public mutating func opened(
        _ connection: Int, at now: Duration, using random: inout some RandomNumberGenerator
    ) {
        opening -= 1
        failures = 0
        pause = .zero
        entries[connection]?.end = limits.lifetime.map { lifetime in
            now + lifetime * (1 - limits.lifetimeJitter * Double.random(in: 0...1, using: &random))
        }
        release(connection, at: now)
    }

    public mutating func openFailed(
        _ connection: Int, at now: Duration, retryAfter: Duration? = nil, using random: inout some RandomNumberGenerator
    ) {
        opening -= 1
        entries[connection] = nil
        failures += 1
        pause = now + limits.backoff.wait(after: failures, retryAfter: retryAfter, using: &random)
        if entries.values.allSatisfy({ $0.use == .closing }) {
            for ticket in line.removeAll() { actions.append(.refuse(ticket, .unreachable)) }
        }
        settle(at: now)
    }

    public mutating func checked(_ connection: Int, isHealthy: Bool, at now: Duration) {
        guard case .checking(let ticket, let deadline) = entries[connection]?.use else { return }
        guard isHealthy, !isShutDown else {
            if let ticket {
                if isShutDown {
                    actions.append(.refuse(ticket, .shutDown))
                } else {
                    line.prepend(ticket, deadline: deadline)
                }
            }
            return close(connection, at: now)
        }
        guard let ticket else { return release(connection, at: now) }
        entries[connection]?.use = .leased
        actions.append(.give(connection: connection, to: ticket))
    }

    /// A connection is not used any more.
    public mutating func returned(_ connection: Int, isBroken: Bool, at now: Duration) {
        if isBroken { close(connection, at: now) } else { release(connection, at: now) }
    }

    public mutating func closed(_ connection: Int, at now: Duration) {
        entries[connection] = nil
        settle(at: now)
    }

    /// Time has passed.
    public mutating func tick(at now: Duration) {
        for ticket in line.expire(at: now) { actions.append(.refuse(ticket, .late)) }
        for (connection, entry) in entries {
            guard case .checking(let ticket?, let deadline?) = entry.use, deadline <= now else { continue }
            entries[connection]?.use = .checking(ticket: nil, deadline: nil)
            actions.append(.refuse(ticket, .late))
        }
        for connection in idle {
            guard let entry = entries[connection], case .idle(let since) = entry.use else { continue }
            let isOld = entry.end.map { $0 <= now } ?? false
            let isUnused = kept > limits.minimum && (limits.idleTimeout.map { since + $0 <= now } ?? false)
            if isOld || isUnused { close(connection, at: now) }
        }
        settle(at: now)
    }

    /// Nobody gets a connection any more; those that are in use are closed when they come back.
    public mutating func shutDown(at now: Duration) {
        isShutDown = true
        for ticket in line.removeAll() { actions.append(.refuse(ticket, .shutDown)) }
        for connection in idle { close(connection, at: now) }
    }

    // MARK: Inside

    /// Connections that are not on their way out.
    private var kept: Int { entries.values.count { $0.use != .closing } }

    private var wantsMore: Bool {
        entries.count < limits.maximum && (opening < line.count || kept < limits.minimum)
    }

    /// A connection is free.
    private mutating func release(_ connection: Int, at now: Duration) {
        guard let entry = entries[connection] else { return }
        if isShutDown || entry.end.map({ $0 <= now }) ?? false { return close(connection, at: now) }
        entries[connection]?.use = .idle(since: now)
        idle.append(connection)
        settle(at: now)
    }

    private mutating func close(_ connection: Int, at now: Duration) {
        idle.removeAll { $0 == connection }
        entries[connection]?.use = .closing
        actions.append(.close(connection: connection))
        settle(at: now)
    }

    /// Hands out what is free, and opens what is needed.
    private mutating func settle(at now: Duration) {
        guard !isShutDown else { return }
        while !line.isEmpty, let connection = idle.popLast() {
            guard let entry = entries[connection], case .idle(let since) = entry.use else { continue }
            if let end = entry.end, end <= now {
                close(connection, at: now)
                continue
            }
            guard let next = line.removeFirst() else { return }
            if let limit = limits.checkAfter, now - since >= limit {
                entries[connection]?.use = .checking(ticket: next.ticket, deadline: next.deadline)
                actions.append(.check(connection: connection))
            } else {
                entries[connection]?.use = .leased
                actions.append(.give(connection: connection, to: next.ticket))
            }
        }
        while wantsMore, pause <= now {
            nextConnection += 1
            opening += 1
            entries[nextConnection] = Entry(use: .opening)
            actions.append(.open(connection: nextConnection))
        }
    }
}
