internal import IntegrationCore
internal import IntegrationDocument

/// Answers by key; the least recently used one goes first. A pure state machine, with times of a monotonic clock.
struct AnswerCache: Sendable {
    private struct Entry: Sendable {
        let key: LookupKey
        /// Nil: there is none.
        let document: Document?
        /// When it was put in.
        let since: Duration
        let bytes: Int
        /// Places of the entries used just after and just before it.
        var newer: Int?
        var older: Int?
    }

    private let settings: CacheSettings
    private var places: [LookupKey: Int] = [:]
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    private(set) var bytes = 0

    var count: Int { places.count }

    init(_ settings: CacheSettings) { self.settings = settings }

    /// The answer that holds for a key; it counts as used.
    mutating func answer(to key: LookupKey, at now: Duration) -> LookupAnswer? {
        answer(to: key, at: now, overdueBy: .zero)
    }

    /// The answer that held for a key a while ago, and may still be given where the service fails.
    mutating func staleAnswer(to key: LookupKey, at now: Duration) -> LookupAnswer? {
        settings.staleIfError.flatMap { answer(to: key, at: now, overdueBy: $0) }
    }

    private mutating func answer(to key: LookupKey, at now: Duration, overdueBy grace: Duration) -> LookupAnswer? {
        guard let place = places[key], let entry = entries[place], let life = life(of: entry.document) else {
            return nil
        }
        let age = now - entry.since
        if age >= life + (settings.staleIfError ?? .zero) {
            remove(place)
            return nil
        }
        guard age < life + grace else { return nil }
        unlink(place)
        linkNewest(place)
        return entry.document.map { .found($0) } ?? .missing
    }

    private func life(of document: Document?) -> Duration? { document == nil ? settings.missTTL : settings.ttl }

    /// Keeps an answer, in as little memory as it needs; a failure is none, and takes nothing away.
    mutating func keep(_ answer: LookupAnswer, to key: LookupKey, at now: Duration) {
        let document: Document?
        switch answer {
        case .failed: return
        case .missing: document = nil
        case .found(let found): document = found.withRoot { Document(compacting: $0) }
        }
        if let place = places[key] { remove(place) }
        guard life(of: document) != nil else { return }
        let size = key.text.utf8.count + (document?.footprint ?? 0) + MemoryLayout<Entry>.stride
        guard size <= settings.maximumBytes else { return }
        while let oldest, count + 1 > settings.maximumEntries || bytes + size > settings.maximumBytes { remove(oldest) }
        let place = free.popLast() ?? entries.endIndex
        let entry = Entry(key: key, document: document, since: now, bytes: size)
        if place == entries.endIndex { entries.append(entry) } else { entries[place] = entry }
        places[key] = place
        bytes += size
        linkNewest(place)
    }

    private mutating func remove(_ place: Int) {
        guard let entry = entries[place] else { return }
        unlink(place)
        entries[place] = nil
        places[entry.key] = nil
        free.append(place)
        bytes -= entry.bytes
    }

    private mutating func unlink(_ place: Int) {
        guard let entry = entries[place] else { return }
        if let newer = entry.newer { entries[newer]?.older = entry.older } else { newest = entry.older }
        if let older = entry.older { entries[older]?.newer = entry.newer } else { oldest = entry.newer }
        entries[place]?.newer = nil
        entries[place]?.older = nil
    }

    private mutating func linkNewest(_ place: Int) {
        entries[place]?.older = newest
        if let newest { entries[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }
}
