public import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

extension Engine {
    /// What became of a message that was handed to a flow by hand.
    public struct SendOutcome: Sendable {
        public var id: MessageID
        /// The destinations that accepted it; empty where it was dropped or refused.
        public var destinations: [String]
        /// Parts that a filter dropped.
        public var dropped: Int
        /// Why it was refused, by whom (`component`); nothing is tried again and nothing goes to the dead letters.
        public var refusals: [IntegrationError]
    }

    /// Runs one message through a running flow and waits until its destinations have answered.
    ///
    /// - Parameter metadata: a JSON object, as a source would give it.
    /// - Throws: when there is no flow of that name, it does not run, or the metadata is no object.
    public func send(
        _ body: [UInt8], metadata: [UInt8]? = nil, to name: String
    ) async throws(IntegrationError) -> SendOutcome {
        let trial = try await trial(body, metadata: metadata, of: name)
        let (runner, arena) = (trial.runner, trial.batch.arena)
        defer { runner.context.arenas.give(arena) }
        runner.statistics.received(messages: 1, bytes: body.count)
        let result = await runner.pipeline.run(trial.batch, in: runner.context)
        runner.statistics.processed(result)
        return SendOutcome(
            id: trial.id,
            destinations: result.delivered.filter { $0.count > 0 }
                .map { runner.pipeline.destinationNames[$0.destination] },
            dropped: result.dropped, refusals: result.failures.map(\.error))
    }

    /// One message as a batch of a running flow. Whoever asks gives the batch's arena back.
    func trial(
        _ body: [UInt8], metadata: [UInt8]?, of name: String
    ) async throws(IntegrationError) -> (runner: FlowRunner, batch: Batch, id: MessageID) {
        guard state.withLock({ $0.flows[name] }) != nil else {
            throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`")
        }
        guard let runner = await directory.runner(name) else {
            throw IntegrationError(
                .flowNotRunning, "flow `\(name)` is not running", remedy: "Start it: integration flow start \(name)")
        }
        let arena = runner.context.arenas.take()
        arena.attach(ByteBlock(body + (metadata ?? [])), as: Arena.sourceBase)
        let whole = Slice(base: Arena.sourceBase, offset: 0, length: body.count)
        var headers: UnsafePointer<Word>?
        if let metadata {
            let facts = Slice(base: Arena.sourceBase, offset: body.count, length: metadata.count)
            do throws(IntegrationError) {
                headers = try Self.parsed(facts, in: arena)
            } catch {
                runner.context.arenas.give(arena)
                throw error
            }
        }
        var random = random
        var ids = MessageIDGenerator()
        let id = ids.next(1, at: UInt64(max(0, clock.wallTime.milliseconds)), using: &random)
        let message = Message(id: id, origin: 0, body: whole, metadata: headers)
        return (runner, Batch(arena: arena, messages: [message]), id)
    }

    private static let metadataRemedy = #"Write a JSON object, such as {"headers": {"tenant": "a"}}."#

    private static func parsed(_ slice: Slice, in arena: Arena) throws(IntegrationError) -> UnsafePointer<Word> {
        do throws(ParseError) {
            let root = try arena.parse(slice)
            if root.pointee.kind == .object { return root }
        } catch {
            throw IntegrationError(
                .requestInvalid, "the metadata is no JSON: \(error.reason.rawValue)", remedy: metadataRemedy)
        }
        throw IntegrationError(.requestInvalid, "the metadata is no JSON object", remedy: metadataRemedy)
    }
}
