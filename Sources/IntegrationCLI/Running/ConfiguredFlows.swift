internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationResilience
internal import IntegrationServer
internal import IntegrationServices
internal import Synchronization

/// Creates, deletes and reloads flows of a running engine: each is a reload of the configuration with something changed.
final class ConfiguredFlows: FlowAdministration {
    private struct State {
        var fingerprints: ConfigurationFingerprints
        /// Flows that were created for this run alone.
        var temporary: [AddedText] = []
        /// Flows that were deleted for this run alone.
        var leaving: Set<String> = []
        /// Somebody changes something right now.
        var isBusy = false
    }

    private let configuration: RunConfiguration
    private let engine: Engine
    /// Told what the engine runs now.
    private let connectors: ConfiguredConnectors
    private let state: Mutex<State>

    /// - Parameter root: what the engine runs now.
    init(
        _ configuration: RunConfiguration, engine: Engine, connectors: ConfiguredConnectors, root: ConfigurationNode
    ) {
        self.connectors = connectors
        self.configuration = configuration
        self.engine = engine
        state = Mutex(State(fingerprints: ConfigurationFingerprints(root)))
    }

    /// One change after another: each builds on what the one before it left.
    private func alone<R>(
        _ body: () async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        let isFree = state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        guard isFree else {
            throw IntegrationError(
                .reloadFailed, "another change is being made", remedy: "Try again when it is through.")
        }
        defer { state.withLock { $0.isBusy = false } }
        return try await body()
    }

    func reload() async throws(IntegrationError) -> Engine.ReloadReport {
        try await alone { () throws(IntegrationError) in try await reloadAlone() }
    }

    func create(
        _ yaml: String, file: String, persist: Bool
    ) async throws(IntegrationError) -> Engine.ReloadReport {
        try await alone { () throws(IntegrationError) in
            try await createAlone(AddedText(file: file, text: yaml), persist: persist)
        }
    }

    func delete(_ flow: String) async throws(IntegrationError) -> String {
        try await alone { () throws(IntegrationError) in try await deleteAlone(flow) }
    }

    private func reloadAlone() async throws(IntegrationError) -> Engine.ReloadReport {
        let (temporary, leaving) = state.withLock { ($0.temporary, $0.leaving) }
        return try await reload(temporary, leaving)
    }

    private func reload(
        _ temporary: [AddedText], _ leaving: Set<String>
    ) async throws(IntegrationError) -> Engine.ReloadReport {
        try await apply(try configuration.load(added: temporary, without: leaving).configuration)
    }

    /// Makes the engine run what was read.
    ///
    /// - Throws: `configurationRefused` with every mistake.
    private func apply(_ loaded: LoadedConfiguration) async throws(IntegrationError) -> Engine.ReloadReport {
        guard let document = loaded.document, let root = loaded.root, !loaded.diagnostics.blocksRun else {
            throw IntegrationError(
                .configurationRefused, "nothing was changed", causes: ["\n" + loaded.refusal().trimmedEnd])
        }
        let fingerprints = ConfigurationFingerprints(root)
        let old = state.withLock { $0.fingerprints }
        let plan = try configuration.plan(
            document, in: engine.directory, running: engine.storage,
            connectors: engine.connectors.only(fingerprints.unchangedConnectors(since: old)))
        guard fingerprints.storage == old.storage, plan.storage == nil || engine.storage != nil else {
            throw IntegrationError(
                .reloadFailed, "`storage:` is changed, or something needs a store for the first time",
                remedy: "Stop the engine and start it again.")
        }
        let flows = fingerprints.unchangedFlows(since: old)
        let shared = fingerprints.unchangedEndpoints(since: old)
        let report = try await engine.reload(
            Engine.Replacement(
                flows: plan.flows, destinations: plan.destinations, lookups: plan.lookups, unchangedFlows: flows,
                unchangedEndpoints: Set(
                    (Array(plan.destinations.keys) + plan.lookups.keys).filter { name in
                        // What a flow declares inline is named after it.
                        shared.contains(name)
                            || name.firstIndex(of: "/").map { flows.contains(String(name[..<$0])) } == true
                    }), queues: plan.queues, connectors: plan.connectors,
                grace: plan.grace))
        configuration.services.replace(with: plan.services)
        state.withLock { $0.fingerprints = fingerprints }
        connectors.set(configuration.connectors(of: document, root))
        return report
    }

    // MARK: Creating

    private func createAlone(
        _ text: AddedText, persist: Bool
    ) async throws(IntegrationError) -> Engine.ReloadReport {
        let names = configuration.flowNames(in: text)
        let (temporary, leaving) = state.withLock { ($0.temporary, $0.leaving) }
        let present = try configuration.load(added: temporary, without: leaving)
        let taken = Set(present.configuration.root?["flows"]?.mapping?.keys ?? [])
        if let name = names.first(where: taken.contains) {
            throw IntegrationError(
                .flowExists, "there is a flow named `\(name)` already",
                remedy: "Take another name, or remove that one: integration flow delete \(name)")
        }
        // Mistakes first: a text that can't be read holds no flows either.
        let loaded = try configuration.load(added: temporary + [text], without: leaving).configuration
        if !loaded.diagnostics.blocksRun, names.isEmpty {
            throw IntegrationError(
                .configurationRefused, "\(text.file) holds no flows", remedy: "Write them below `flows:`.")
        }
        guard persist else {
            let report = try await apply(loaded)
            state.withLock { $0.temporary.append(text) }
            return report
        }
        guard let storage = present.storage else {
            throw IntegrationError(
                .noStorage, "the flow can't be kept for the next run",
                remedy: "Add `storage: {path: ./data}` to the configuration, or use --no-persist.")
        }
        guard !loaded.diagnostics.blocksRun, let first = names.first else { return try await apply(loaded) }
        let kept = try KeptFlows(storage: storage).keep(text, as: first)
        do throws(IntegrationError) {
            return try await apply(loaded)
        } catch {
            try KeptFlows(storage: storage).remove(kept)
            throw error
        }
    }

    // MARK: Deleting

    private func deleteAlone(_ flow: String) async throws(IntegrationError) -> String {
        let (temporary, leaving) = state.withLock { ($0.temporary, $0.leaving) }
        let present = try configuration.load(added: temporary, without: leaving)
        if let index = temporary.firstIndex(where: { configuration.flowNames(in: $0).contains(flow) }) {
            var rest = temporary
            rest[index].withoutFlows.insert(flow)
            if configuration.flowNames(in: rest[index]).isEmpty { rest.remove(at: index) }
            _ = try await reload(rest, leaving)
            state.withLock { [rest] in $0.temporary = rest }
            return "it was created for this run alone"
        }
        guard let storage = present.storage else {
            _ = try await reload(temporary, leaving.union([flow]))
            state.withLock { _ = $0.leaving.insert(flow) }
            return "the next run has it again, as there is no `storage:` to remember it"
        }
        let folder = KeptFlows(storage: storage)
        let kept = present.kept.first { configuration.flowNames(in: $0.text).contains(flow) }
        let mark = try folder.leaveOut(flow, of: kept?.stem)
        do throws(IntegrationError) {
            _ = try await reload(temporary, leaving)
        } catch {
            try folder.remove(mark)
            throw error
        }
        guard let kept else { return "remove \(mark) and reload to bring it back" }
        guard configuration.flowNames(in: kept.text) == [flow] else {
            return "what was created with it stays; remove \(mark) and reload to bring it back"
        }
        try folder.forget(kept.stem)
        return "`integration flow create -f \(kept.text.file)` brings it back"
    }
}

extension String {
    /// Without line breaks at its end.
    fileprivate var trimmedEnd: String { String(self[..<(lastIndex { $0 != "\n" }.map(index(after:)) ?? startIndex)]) }
}
