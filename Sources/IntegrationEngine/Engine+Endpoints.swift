public import IntegrationCore
public import IntegrationResilience
internal import Synchronization

/// What flows use: destinations and services, shared by name.
extension Engine {
    /// Adds a destination that flows can name.
    public func add(_ destination: any Destination, as name: String) {
        let scope = scope(of: destination, as: name)
        state.withLock { state in
            state.broadcasts[name] = (destination as? BroadcastDestination)?.members
            state.senders[name] = scope
        }
    }

    func scope(of destination: any Destination, as name: String) -> SharedScope<any Sender> {
        let context = sharedContext
        return SharedScope(name, logger: logger) { use in
            try await destination.withSender(in: context) { await use($0) }
        }
    }

    /// Adds a service that steps can ask.
    public func add(_ lookup: any Lookup, as name: String) {
        let scope = scope(of: lookup, as: name)
        state.withLock { $0.finders[name] = scope }
    }

    func scope(of lookup: any Lookup, as name: String) -> SharedScope<any Finder> {
        let context = sharedContext
        return SharedScope(name, logger: logger) { use in
            try await lookup.withFinder(in: context) { await use($0) }
        }
    }

    /// The guards of the connectors that flows go through.
    public var connectors: ConnectorDirectory { state.withLock { $0.connectors } }

    /// Adds the guards of more connectors.
    public func add(_ connectors: ConnectorDirectory) { state.withLock { $0.connectors.merge(connectors) } }

    /// How the guards of connectors stand, by name.
    public var connectorStatuses: [GuardStatus] { connectors.statuses(at: clock.now) }

    /// What endpoints that flows share are opened with.
    private var sharedContext: FlowContext {
        FlowContext(flow: "", logger: logger, clock: clock, random: random, shutdown: shutdown, shared: shared)
    }

    /// Takes out what no flow names any more; whoever still uses it keeps it until then.
    public func remove(destinations: some Sequence<String>, lookups: some Sequence<String>) {
        state.withLock { state in
            for name in destinations {
                state.senders[name] = nil
                state.broadcasts[name] = nil
            }
            for name in lookups { state.finders[name] = nil }
        }
    }

    func removeOwn(of flow: Flow) {
        remove(destinations: flow.ownDestinations.keys, lookups: flow.ownLookups.keys)
    }

    func addOwn(of flow: Flow) {
        for (name, destination) in flow.ownDestinations { add(destination, as: name) }
        for (name, lookup) in flow.ownLookups { add(lookup, as: name) }
    }
}
