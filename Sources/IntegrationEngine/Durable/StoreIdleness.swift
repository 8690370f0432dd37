internal import IntegrationCore
internal import IntegrationStore

/// Whether anything is left to do: no source that brings messages from outside, nothing in hand, and nothing in a queue
/// that a flow reads - ready, leased, delayed or parked.
struct StoreIdleness {
    let flows: [ManagedFlow]

    func isIdle(_ store: any Store) async -> Bool {
        guard areResting else { return false }
        let read = Set(flows.flatMap(\.readQueues))
        do throws(IntegrationError) {
            guard try await store.queues().allSatisfy({ $0.messages == 0 || !read.contains($0.name) }) else {
                return false
            }
        } catch {
            return false  // the store can't be read for now; whoever uses it says so
        }
        // Nobody took anything up while the queues were counted.
        return areResting
    }

    private var areResting: Bool { flows.allSatisfy(\.isResting) }
}

extension Flow {
    /// The queues in which its messages wait for another try, or for their first.
    ///
    /// - Parameter destinations: those that have outboxes.
    func waitingRooms(_ destinations: [String]) -> [QueueName] {
        let rooms = [.parked(flow: name)] + destinations.map { QueueName.outbox(flow: name, destination: $0) }
        return sources.contains { $0.source.acknowledgement == .stored } ? rooms + [.intake(of: name)] : rooms
    }
}

extension Pipeline {
    /// The destinations that have outboxes: those outside the store, where the flow has others.
    var outboxes: [String] {
        guard onlyDestination == nil else { return [] }
        return destinationNames.indices.filter { branches[$0].isEmpty && queues[$0] == nil }.map {
            destinationNames[$0]
        }
    }
}

extension ManagedFlow {
    /// The queues of the store that it takes messages from.
    var readQueues: [QueueName] { flow.sources.compactMap(\.source.storeQueue) + flow.waitingRooms(outboxes) }
}
