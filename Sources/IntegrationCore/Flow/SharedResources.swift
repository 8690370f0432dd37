internal import Synchronization

/// What an engine's flows share, by name: opened by the first who uses it and closed behind the last.
///
/// While flows are replaced (`hold()`) nothing is closed, so that a successor finds open what its predecessor leaves.
public final class SharedResources: Sendable {
    private struct Entry {
        var resource: (any SharedResource)?
        var users = 0
        /// Given when what is going on with it, opening or closing, is over.
        var busy: ShutdownSignal?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var holds = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Whether flows are being replaced: who leaves a resource may have a successor.
    public var isHeld: Bool { state.withLock { $0.holds > 0 } }

    /// Calls `body` with a resource, which is open until everybody who uses it has left.
    ///
    /// - Parameter open: opens it where it is not open yet.
    /// - Throws: what `open` or `body` throws; `cannotBuild` where something of another kind bears the name.
    public func use<Value: SharedResource, R: Sendable>(
        _ name: String, open: () async throws -> Value, _ body: (Value) async throws -> R
    ) async throws -> R {
        let value = try await enter(name, open)
        let result: R
        do {
            result = try await body(value)
        } catch {
            await leave(name)
            throw error
        }
        await leave(name)
        return result
    }

    private enum Turn {
        case open(any SharedResource)
        case mine(ShutdownSignal)
        case wait(ShutdownSignal)
    }

    private func enter<Value: SharedResource>(_ name: String, _ open: () async throws -> Value) async throws -> Value {
        while true {
            let turn: Turn = state.withLock { state in
                var entry = state.entries[name] ?? Entry()
                defer { state.entries[name] = entry }
                if let busy = entry.busy { return .wait(busy) }
                if let resource = entry.resource {
                    entry.users += 1
                    return .open(resource)
                }
                let busy = ShutdownSignal()
                entry.busy = busy
                return .mine(busy)
            }
            switch turn {
            case .wait(let busy):
                await busy.wait()
                try Task.checkCancellation()
            case .open(let resource):
                if let value = resource as? Value { return value }
                await leave(name)
                throw IntegrationError(.cannotBuild, "`\(name)` is in use as something else")
            case .mine(let busy):
                do {
                    let value = try await open()
                    state.withLock { $0.entries[name] = Entry(resource: value, users: 1) }
                    busy.signal()
                    return value
                } catch {
                    state.withLock { $0.entries[name] = nil }
                    busy.signal()
                    throw error
                }
            }
        }
    }

    private func leave(_ name: String) async {
        let unused = state.withLock { state in
            state.entries[name]?.users -= 1
            return Self.takeUnused(name, &state)
        }
        await close(unused)
    }

    /// Keeps everything open from now on, used or not.
    public func hold() { state.withLock { $0.holds += 1 } }

    /// Closes what nobody uses, as if nothing had been held.
    public func letGo() async {
        let (unused, used): ([Unused], [any SharedResource]) = state.withLock { state in
            state.holds -= 1
            let unused = state.entries.keys.sorted().compactMap { Self.takeUnused($0, &state) }
            return (unused, state.holds == 0 ? state.entries.values.compactMap(\.resource) : [])
        }
        for resource in used { resource.endHandover() }
        for one in unused { await close(one) }
    }

    private typealias Unused = (name: String, resource: any SharedResource, busy: ShutdownSignal)

    private static func takeUnused(_ name: String, _ state: inout State) -> Unused? {
        guard state.holds == 0, let entry = state.entries[name], entry.users == 0, entry.busy == nil,
            let resource = entry.resource
        else { return nil }
        let busy = ShutdownSignal()
        state.entries[name] = Entry(busy: busy)
        return (name, resource, busy)
    }

    private func close(_ unused: Unused?) async {
        guard let unused else { return }
        await unused.resource.close()
        state.withLock { $0.entries[unused.name] = nil }
        unused.busy.signal()
    }
}
