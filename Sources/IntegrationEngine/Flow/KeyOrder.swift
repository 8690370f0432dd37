internal import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

/// The order of each key in a flow that promises it (`ordering: {key: …}`).
struct KeyOrder: Sendable {
    private let key: any MessageKey
    private let gate = KeyGate()
    /// One lane at a time asks a source, so that the order of entry is the source's.
    private let turns: [String: Turns]

    /// - Parameter sources: the names of the flow's sources.
    init(_ key: any MessageKey, sources: [String]) {
        self.key = key
        turns = Dictionary(uniqueKeysWithValues: Set(sources).map { ($0, Turns(1)) })
    }

    /// Waits until this lane may ask a source; nil where the order of that one is nobody's, as of what was parked.
    func takeTurn(at source: String) async -> Turn? {
        guard let turns = turns[source] else { return nil }
        return await turns.take() ? Turn(key: key, gate: gate, turns: turns) : nil
    }

    /// The right to ask the source and to enter the queues of what came; it ends once.
    final class Turn: Sendable {
        private let key: any MessageKey
        private let gate: KeyGate
        private let turns: Turns
        private let isOver = Mutex(false)

        fileprivate init(key: any MessageKey, gate: KeyGate, turns: Turns) {
            self.key = key
            self.gate = gate
            self.turns = turns
        }

        deinit { end() }

        /// Lets the next lane ask the source.
        func end() {
            let isFirst = isOver.withLock { isOver in
                defer { isOver = true }
                return !isOver
            }
            if isFirst { turns.give() }
        }

        /// Enters the queue of each message's key, and ends the turn. Messages without a key fail.
        func enter(_ batch: inout Batch, in context: FlowContext) -> Place {
            var numbers: [[UInt8]: Int] = [:]
            var keys: [Int: Int] = [:]
            batch.forEach(context.flow) { message, arena throws(IntegrationError) in
                let value = try key.key(of: &message, in: arena, context)
                let number = numbers[value] ?? numbers.count
                numbers[value] = number
                keys[message.origin] = number
                return .keep
            }
            let place = gate.enter(Set(numbers.keys))
            end()
            return Place(keys: keys, gate: gate, place: place)
        }
    }

    /// A delivery in the queues of its keys.
    struct Place: Sendable {
        /// A number for the key of each message, by origin.
        let keys: [Int: Int]
        fileprivate let gate: KeyGate
        fileprivate let place: KeyGate.Place

        /// Returns when nothing before it has a key in common with it.
        func wait() async { await gate.wait(place) }
        func leave() { gate.leave(place) }
    }
}
