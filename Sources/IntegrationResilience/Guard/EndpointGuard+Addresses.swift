internal import Synchronization

/// The guards of a connector's single addresses.
extension EndpointGuard {
    struct Addresses {
        private struct Entry {
            weak var guarding: EndpointGuard?
        }

        private var entries: [String: Entry] = [:]

        /// Those that somebody still uses.
        var all: [EndpointGuard] {
            entries.sorted { $0.key < $1.key }.compactMap { $0.value.guarding }
        }

        subscript(address: String) -> EndpointGuard? { entries[address]?.guarding }

        mutating func add(_ guarding: EndpointGuard, at address: String) {
            entries = entries.filter { $0.value.guarding != nil }
            entries[address] = Entry(guarding: guarding)
        }
    }

    /// The guard of the connector's requests to one address: it has the connector's options, each address for itself,
    /// but makes no request twice and holds none back, because whoever chooses between addresses judges them, and tries
    /// the next one.
    public func at(_ address: String) -> EndpointGuard {
        addresses.withLock { addresses in
            if let known = addresses[address] { return known }
            var options = options
            options.retry = nil
            options.hasBreaker = false
            let new = EndpointGuard("\(name) at \(address)", options)
            addresses.add(new, at: address)
            return new
        }
    }

    /// How the guards of single addresses stand.
    public func statusesByAddress(at now: Duration) -> [GuardStatus] {
        addresses.withLock { $0.all }.map { $0.status(at: now) }
    }
}
