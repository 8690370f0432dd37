internal import IntegrationCore
internal import IntegrationStore
internal import Logging

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
}
