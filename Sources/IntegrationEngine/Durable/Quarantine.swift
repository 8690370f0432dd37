internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore

/// Messages that came before and were never settled, from sources that keep no count of their own which says why: how
/// often one was worked on, alone, is in the store before anybody looks at it, so that what ends the process each time
/// is known to.
struct Quarantine: Sendable {
    /// A message that is being worked on alone.
    struct Suspect: Sendable {
        fileprivate let namespace: String
        fileprivate let key: [UInt8]
        /// How often it was worked on before and no end was seen.
        fileprivate var count: UInt8

        /// What becomes of the count when it has come to an end: what goes back to its source keeps the one it had.
        func ending(isReleased: Bool) -> StateChange {
            isReleased && count > 0
                ? change(to: [count]) : StateChange(namespace: namespace, key: key, expected: .anything, value: nil)
        }

        fileprivate func change(to value: [UInt8]) -> StateChange {
            StateChange(namespace: namespace, key: key, expected: .anything, value: value)
        }
    }

    /// A delivery on its way.
    struct Entry: Sendable {
        fileprivate(set) var suspect: Suspect?
        fileprivate var hasTurn = false
    }

    private let journal: Journal
    /// Those that have a count are worked on one at a time: only one of them can be to blame.
    private let turns = Turns(1)

    /// Times that a message was worked on alone without an end, after which it is poison.
    private static let poisonCount = 3
    /// How long a count is kept of what never comes again (wall time).
    private static let keep = Duration.seconds(7 * 86_400)

    init(_ journal: Journal) { self.journal = journal }

    /// Counts a message alone that came before; one that is poison fails.
    ///
    /// - Returns: nil where the flow ends before the store took the count. Give it back with `leave`.
    func enter(
        _ batch: inout Batch, of source: String, _ tickets: [TicketRun]
    ) async throws(IntegrationError) -> Entry? {
        // Whoever keeps something of messages counts such ones himself.
        guard batch.failures.isEmpty, batch.messages.count == 1, batch.messages[0].receiveCount > 1,
            tickets.allSatisfy({ $0.ticket is HeldTicket })
        else { return Entry() }
        let namespace = "quarantine/" + Journal.source(source, of: journal.flow.name)
        let print = Fingerprint(batch.arena.bytes(batch.messages[0].original)).value
        let key = withUnsafeBytes(of: print.bigEndian) { Array($0) }
        var entry = Entry(suspect: Suspect(namespace: namespace, key: key, count: try await count(namespace, key)))
        if entry.suspect?.count ?? 0 > 0 {
            entry.hasTurn = await turns.take()
            do throws(IntegrationError) {
                // Another message with the same bytes may have had the turn.
                entry.suspect?.count = try await count(namespace, key)
            } catch {
                leave(entry)
                throw error
            }
        }
        return try await judge(entry, &batch, of: source)
    }

    /// The message has come to an end, or goes back to its source.
    func leave(_ entry: Entry) {
        if entry.hasTurn { turns.give() }
    }

    private func count(_ namespace: String, _ key: [UInt8]) async throws(IntegrationError) -> UInt8 {
        try await journal.store.state(namespace, key)?.value.first ?? 0
    }

    private func judge(
        _ entry: Entry, _ batch: inout Batch, of source: String
    ) async throws(IntegrationError) -> Entry? {
        guard let suspect = entry.suspect else { return entry }
        if suspect.count >= Self.poisonCount {
            let words = "handed over alone \(suspect.count) times, each of which ended without a settlement"
            batch.failAll(source, IntegrationError(.poisonMessage, words))
            return entry
        }
        var change = StoreChange()
        change.state = [suspect.change(to: [suspect.count + 1])]
        change.state[0].expires = journal.context.clock.wallTime + Self.keep
        do throws(IntegrationError) {
            if case .committed = try await journal.commit(change) { return entry }
        } catch {
            leave(entry)
            throw error
        }
        leave(entry)
        return nil
    }
}
