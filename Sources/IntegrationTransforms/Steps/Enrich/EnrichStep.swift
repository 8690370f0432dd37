public import IntegrationCore
internal import IntegrationDocument

/// Asks a service by a key in the message and merges what it answers into the message.
///
/// The merge is shallow, into `into` or else the object that holds the key; members that exist win unless
/// `overwrites`.
public struct EnrichStep: StepDefinition {
    public enum OnMissing: String, Sendable, Hashable, CaseIterable {
        case fail, keep, drop
    }

    public var name: String
    public var service: String
    /// A path of member names, such as `customer.id`.
    public var lookupField: String
    /// The object that gets the members; nil: the one that holds the key.
    public var into: String?
    public var onMissing: OnMissing
    public var overwrites: Bool

    public init(
        _ name: String, service: String, lookupField: String, into: String? = nil, onMissing: OnMissing = .fail,
        overwrites: Bool = false
    ) {
        self.name = name
        self.service = service
        self.lookupField = lookupField
        self.into = into
        self.onMissing = onMissing
        self.overwrites = overwrites
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        try build.use(service: service)
        guard let key = MemberPath(lookupField) else {
            throw IntegrationError(.cannotBuild, "`lookup_field: \(lookupField)` is not a path such as `customer.id`")
        }
        var target = key.parent
        if let into {
            guard let path = into == "$" ? MemberPath(names: []) : MemberPath(into) else {
                throw IntegrationError(.cannotBuild, "`into: \(into)` is not a path such as `customer`")
            }
            target = path
        }
        return .asynchronous(
            Enrichment(step: self, key: key, target: target ?? MemberPath(names: []), name: name))
    }
}

/// The step at work: two passes over the batch where the service has to be asked, one where it has all at hand.
struct Enrichment: AsyncStep {
    let step: EnrichStep
    let key: MemberPath
    let target: MemberPath
    let name: String

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        guard let finder = context.finders[step.service] else {
            throw IntegrationError(.cannotBuild, "service `\(step.service)` is not open")
        }
        if let table = finder as? any ImmediateFinder {
            enrich(&batch, from: table)
        } else {
            try await enrich(&batch, asking: finder)
        }
    }

    // MARK: Services that have everything at hand

    private func enrich(_ batch: inout Batch, from table: any ImmediateFinder) {
        let base = batch.arena.attach(table.block)
        let depth = max(key.names.count, target.names.count) + 2
        withUnsafeTemporaryAllocation(of: UnsafePointer<Word>.self, capacity: depth) { chain in
            batch.forEach(name) { message, arena throws(IntegrationError) in
                let root = try message.parsed(in: arena)
                let found = try keyView(root, chain)
                let row =
                    found.kind == .escapedString
                    ? found.withDecodedBytes { table.row($0) } : table.row(found.rawBytes)
                guard let row else { return try missing(found) }
                merge(row, base, into: &message, root, try mergeTarget(root, chain), arena)
                return .keep
            }
        }
    }

    // MARK: Services that are asked

    private func enrich(_ batch: inout Batch, asking finder: any Finder) async throws(IntegrationError) {
        var keys: [LookupKey] = []
        var places: [LookupKey: Int] = [:]
        let depth = max(key.names.count, target.names.count) + 2
        withUnsafeTemporaryAllocation(of: UnsafePointer<Word>.self, capacity: depth) { chain in
            batch.forEach(name) { message, arena throws(IntegrationError) in
                let key = lookupKey(try keyView(try message.parsed(in: arena), chain))
                if places[key] == nil {
                    places[key] = keys.count
                    keys.append(key)
                }
                return .keep
            }
        }
        guard !keys.isEmpty else { return }
        let answers = try await finder.find(keys)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Word>.self, capacity: depth) { chain in
            batch.forEach(name) { message, arena throws(IntegrationError) in
                let root = try message.parsed(in: arena)
                let found = try keyView(root, chain)
                guard let place = places[lookupKey(found)] else { return try missing(found) }
                switch answers[place] {
                case .missing: return try missing(found)
                case .failed(let error): throw error
                case .found(let document):
                    let target = try mergeTarget(root, chain)
                    document.withRoot { merge($0, nil, into: &message, root, target, arena) }
                    return .keep
                }
            }
        }
    }

    private func lookupKey(_ view: View) -> LookupKey {
        LookupKey(view.string ?? String(decoding: view.rawBytes, as: UTF8.self))
    }

    // MARK: One message

    /// The value to look up: a string or a number.
    private func keyView(
        _ root: View, _ chain: UnsafeMutableBufferPointer<UnsafePointer<Word>>
    ) throws(IntegrationError) -> View {
        guard key.follow(root, chain) == key.names.count + 1 else {
            throw IntegrationError(
                .lookupKeyMissing, "`\(key.text)` is missing", path: "$." + key.text)
        }
        let view = View(chain[key.names.count], root.bases)
        guard view.word.isString || view.word.isNumber else {
            throw IntegrationError(
                .lookupKeyMissing, "`\(key.text)` is neither a string nor a number", path: "$." + key.text)
        }
        return view
    }

    private func missing(_ key: View) throws(IntegrationError) -> Batch.Verdict {
        switch step.onMissing {
        case .keep: return .keep
        case .drop: return .drop
        case .fail:
            let text = key.string ?? String(decoding: key.rawBytes, as: UTF8.self)
            throw IntegrationError(
                .lookupMiss, "\(step.service) has no entry `\(text)`", path: "$." + self.key.text)
        }
    }

    private func mergeTarget(
        _ root: View, _ chain: UnsafeMutableBufferPointer<UnsafePointer<Word>>
    ) throws(IntegrationError) -> MergeTarget {
        let count = target.follow(root, chain)
        guard count == target.names.count + 1, chain[count - 1].pointee.kind == .object else {
            let path = target.names.isEmpty ? "$" : "$." + target.text
            throw IntegrationError(.enrichTarget, "`\(path)` is not an object in this message", path: path)
        }
        return MergeTarget(ancestors: UnsafeBufferPointer(rebasing: chain[..<count]))
    }

    private func merge(
        _ row: View, _ base: Int?, into message: inout Message, _ root: View, _ target: MergeTarget, _ arena: Arena
    ) {
        var builder = Builder(arena, capacity: root.word.extent + row.word.extent)
        builder.copy(target, merging: row, base: base, overwrites: step.overwrites)
        message.replaceBody(with: builder.finish())
    }
}
