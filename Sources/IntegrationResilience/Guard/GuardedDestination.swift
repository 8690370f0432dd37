public import IntegrationCore

/// A destination whose requests a guard watches over.
public struct GuardedDestination: Destination {
    public let destination: any Destination
    public let guarding: EndpointGuard

    public init(_ destination: any Destination, by guarding: EndpointGuard) {
        self.destination = destination
        self.guarding = guarding
    }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await destination.withSender(in: context) { sender in
            try await GuardScope.with(guarding, context) { scope in
                try await body(
                    GuardedSender(
                        sender: sender, guarding: guarding, scope: scope,
                        arenas: ArenaPool(limit: guarding.options.maximumConcurrent)))
            }
        }
    }
}

/// Each request works on a copy of its messages: it may outlive the batch that they came in, and write where it reads.
private struct GuardedSender: Sender {
    let sender: any Sender
    let guarding: EndpointGuard
    let scope: GuardScope
    let arenas: ArenaPool

    var isAllOrNothing: Bool { sender.requestUnit == .batch && sender.isAllOrNothing }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        let count = batch.messages.count
        let results: [Result<Void, IntegrationError>] =
            switch sender.requestUnit {
            case .batch:
                await withTaskExecutorPreference(sender.nextExecutor()) { await send(batch, Array(0..<count)) }
            case .message: await guarding.fanOut(count, by: sender) { index in await send(batch, [index])[0] }
            }
        var refused: [(index: Int, error: IntegrationError)] = []
        for (index, result) in results.enumerated() {
            if case .failure(let error) = result { refused.append((index, error)) }
        }
        if let first = refused.first, refused.count == count, Self.areAlike(refused.map(\.error.code)) {
            throw first.error
        }
        return SendReport(refused: refused)
    }

    private static func areAlike(_ codes: [ErrorCode]) -> Bool { codes.allSatisfy { $0 == codes[0] } }

    /// Sends some messages of a batch in one request.
    private func send(_ batch: Batch, _ indices: [Int]) async -> [Result<Void, IntegrationError>] {
        await guarding.rounds(indices, in: scope, isPrompt: sender.endsWhenCancelled) { indices in
            let part = batch.copy(of: indices, into: arenas.take())
            return { [sender, arenas] () async throws(IntegrationError) in
                defer { arenas.give(part.arena) }
                let report = try await sender.send(part)
                var results = [Result<Void, IntegrationError>](repeating: .success(()), count: part.messages.count)
                for refused in report.refused {
                    guard results.indices.contains(refused.index) else {
                        throw IntegrationError(
                            .destinationFailed, "the destination reported on messages that it was not sent",
                            causes: [refused.error.message])
                    }
                    results[refused.index] = .failure(refused.error)
                }
                return results
            }
        }
    }
}
