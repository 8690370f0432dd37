internal import IntegrationCore

/// The keys of one lookup on their way from endpoint to endpoint.
struct LookupRound {
    let keys: [LookupKey]
    /// On the monotonic clock.
    let deadline: Duration?
    /// Indices of the keys that have no answer yet, ascending.
    private(set) var open: [Int]
    private var settled: [LookupAnswer?]
    private var tried: [Int: Set<Int>] = [:]
    /// Why a key had to go on, and whether an endpoint as a whole had failed.
    private var failures: [Int: (error: IntegrationError, isWhole: Bool)] = [:]

    init(_ keys: [LookupKey], deadline: Duration?) {
        self.keys = keys
        self.deadline = deadline
        open = Array(keys.indices)
        settled = Array(repeating: nil, count: keys.count)
    }

    func hasTime(at now: Duration) -> Bool { deadline.map { now < $0 } ?? true }

    /// The open keys, those together that were at the same endpoints.
    func openByTried() -> [(tried: Set<Int>, places: [Int])] {
        if tried.isEmpty { return [([], open)] }
        return Dictionary(grouping: open) { tried[$0] ?? [] }.map { ($0.key, $0.value) }
            .sorted { ($0.places.first ?? 0) < ($1.places.first ?? 0) }
    }

    mutating func settle(_ place: Int, _ answer: LookupAnswer) {
        settled[place] = answer
        failures[place] = nil
        close([place])
    }

    /// This failure is the key's answer.
    mutating func fail(_ place: Int, _ error: IntegrationError, isWhole: Bool) {
        failures[place] = (error, isWhole)
        close([place])
    }

    /// The key goes on to another endpoint.
    mutating func failOver(_ place: Int, from number: Int, _ error: IntegrationError, isWhole: Bool) {
        failures[place] = (error, isWhole)
        tried[place, default: []].insert(number)
    }

    /// There is nobody left to ask for these: their last failures are their answers.
    mutating func giveUp(_ places: some Sequence<Int>) { close(Set(places)) }

    private mutating func close(_ places: Set<Int>) { open.removeAll { places.contains($0) } }

    /// What became of each key.
    ///
    /// - Throws: where no endpoint could answer anything at all.
    func answers(_ service: String) throws(IntegrationError) -> [LookupAnswer] {
        let none = IntegrationError(.noEndpoint, "service `\(service)` has no endpoint")
        if !keys.isEmpty, settled.allSatisfy({ $0 == nil }), failures.values.allSatisfy(\.isWhole) {
            throw failures.min { $0.key < $1.key }?.value.error ?? none
        }
        return keys.indices.map { place in settled[place] ?? .failed(failures[place]?.error ?? none) }
    }
}
