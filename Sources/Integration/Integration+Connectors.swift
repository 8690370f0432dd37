public import IntegrationCore
internal import IntegrationEngine
internal import Synchronization

extension Integration {
    /// Adds destinations and services that flows name.
    ///
    /// - Throws: `nameTaken`; nothing has changed then.
    public func configureConnectors(
        destinations: [String: any Destination] = [:], services: [String: any Lookup] = [:]
    ) async throws(IntegrationError) {
        try state.withLock { state throws(IntegrationError) in
            try state.checkFree(destinations: destinations.keys, services: services.keys)
            try add(destinations, owner: .program, &state)
            try add(services, owner: .program, &state)
        }
    }

    /// Adds templates, schemas and formats that flows name.
    ///
    /// - Throws: the first template or schema that can't be compiled, or `nameTaken`; nothing has changed then.
    public func configureTransformers(_ transformers: Transformers) async throws(IntegrationError) {
        try transformers.check()
        try state.withLock { state throws(IntegrationError) in
            let formats = Set(state.catalog.types(of: .codec).map(\.name))
            try state.transformers.add(transformers, formats: formats)
        }
    }

    func add(
        _ destinations: [String: any Destination], owner: State.Owner, _ state: inout State
    ) throws(IntegrationError) {
        try state.checkFree(destinations: destinations.keys)
        for (name, destination) in destinations {
            state.destinations[name] = Owned(destination, owner)
            engine.add(destination, as: name)
        }
    }

    func add(_ services: [String: any Lookup], owner: State.Owner, _ state: inout State) throws(IntegrationError) {
        try state.checkFree(services: services.keys)
        for (name, lookup) in services {
            state.services[name] = Owned(lookup, owner)
            engine.add(lookup, as: name)
        }
    }
}
