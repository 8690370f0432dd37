internal import IntegrationCore
internal import IntegrationStore
internal import Logging
internal import Synchronization

extension Engine {
    private static let pruneInterval = Duration.seconds(60)

    /// Removes what is past its retention, every minute until cancelled.
    func prune(_ store: any Store) async {
        while !Task.isCancelled {
            do throws(CancellationError) {
                try await clock.sleep(for: Self.pruneInterval)
            } catch {
                return
            }
            await watchOutboxes(store)
            do throws(IntegrationError) {
                let report = try await store.prune(now: clock.wallTime)
                guard report != PruneReport() else { continue }
                logger.info(
                    "removed what was past its retention",
                    metadata: [
                        "messages": "\(report.messages.values.reduce(0, +))", "dead_letters": "\(report.deadLetters)",
                        "events": "\(report.events)",
                    ])
            } catch {
                logger.error(
                    "what is past its retention can't be removed for now",
                    metadata: ["code": "\(error.code)", "error": "\(error.message)"])
            }
        }
    }

    /// Tells of outboxes that are nearly full or old, and holds flows back whose outboxes are too old.
    private func watchOutboxes(_ store: any Store) async {
        let summaries: [QueueSummary]
        do throws(IntegrationError) {
            summaries = try await store.queues()
        } catch {
            return  // the removal that follows meets the same and says it
        }
        let flows = state.withLock { state in Array(state.flows.values) }
        for managed in flows {
            let names = Set(managed.outboxes.map { QueueName.outbox(flow: managed.flow.name, destination: $0) })
            let outboxes = summaries.filter { names.contains($0.name) && $0.messages > 0 }
            for outbox in outboxes where OutboxLimit.isNearlyFull(outbox) {
                logger.warning(
                    "an outbox is more than 80 % full",
                    metadata: [
                        "flow": "\(managed.flow.name)", "outbox": "\(outbox.name)", "bytes": "\(outbox.bytes)",
                        "age": "\((outbox.oldestAge ?? .zero).components.seconds) s",
                    ])
            }
            managed.gate.hold(back: outboxes.contains(where: OutboxLimit.isTooOld))
        }
    }
}
