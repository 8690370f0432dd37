public import IntegrationCore
internal import IntegrationDocument

/// Lets each key pass once (Enterprise Integration Patterns: Idempotent Receiver).
///
/// A key is claimed by its message and done when that is settled, in the same transaction. Later messages with a key that
/// is done are dropped; one whose key is still claimed waits, which counts as no try. A message keeps its claim through
/// retries, redelivery and replay.
public struct IdempotentStep: StepDefinition {
    public var name: String
    public var key: any MessageKeyDefinition
    /// How long a key that is done is remembered.
    public var window: Duration
    /// How long a claim lasts that is never settled.
    public var lease: Duration

    public init(
        _ name: String, key: any MessageKeyDefinition, window: Duration = .seconds(7 * 86_400),
        lease: Duration = .seconds(300)
    ) {
        self.name = name
        self.key = key
        self.window = window
        self.lease = lease
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        .asynchronous(
            Deduplicating(
                name: name, namespace: "\(build.flow)/\(name)", key: try key.makeKey(build), window: window,
                lease: lease))
    }
}

/// An idempotent step at work.
private struct Deduplicating: AsyncStep {
    let name: String
    let namespace: String
    let key: any MessageKey
    let window: Duration
    let lease: Duration

    /// How long a message waits that meets a claimed key.
    private static let pause = Duration.seconds(1)

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        guard let store = context.keys else {
            throw IntegrationError(
                .cannotBuild, "`idempotent` needs a store that keeps its keys", component: name,
                remedy: "Add `storage: {path: ./data}` to the configuration.")
        }
        var keys: [[UInt8]] = []
        batch.forEach(name) { message, arena throws(IntegrationError) in
            keys.append(try key.key(of: &message, in: arena, context))
            return .keep
        }
        let claims = zip(keys, batch.messages).map { (key: $0, message: $1.id) }
        let outcomes = try await store.claim(namespace, claims, for: lease)
        let messages = batch.messages
        let origins = Dictionary(messages.map { ($0.id, $0.origin) }) { first, _ in first }
        batch.messages.removeAll(keepingCapacity: true)
        for (index, message) in messages.enumerated() {
            switch outcomes[index] {
            case .claimed:
                batch.messages.append(message)
                batch.settledKeys.append(
                    SettledKey(origin: message.origin, namespace: namespace, key: keys[index], window: window))
            case .done: batch.take(dropped: message)
            case .repeats(let first):
                batch.followers.append(Follower(message: message, first: origins[first] ?? message.origin))
            case .held(let until):
                let wait = min(max(until - context.clock.wallTime, .zero), Self.pause)
                let error = IntegrationError(
                    .duplicateInFlight, "another message with the same key is not settled yet", component: name)
                batch.take(
                    failed: FailedMessage(message: message, error: error, heldOff: context.clock.now + wait))
            }
        }
    }
}

/// `type: idempotent`.
struct IdempotentConfiguration: Configurable {
    static let key = Field<ExpressionText>.required(
        "key", .expression, "A JSONata expression; of messages with the same value one passes, the others are dropped.")
    static let window = Field<Duration>.defaulted(
        "window", .duration(in: .seconds(1)...Duration.seconds(3660 * 86_400)), .seconds(7 * 86_400),
        "How long a key is remembered.")
    static let lease = Field<Duration>.defaulted(
        "lease", .duration(in: .seconds(1)...Duration.seconds(86_400)), .seconds(300),
        "How long a message that is never settled keeps others with its key waiting.")

    static let table = FieldTable(
        "idempotent step",
        summary: """
            Lets each key pass once: it is claimed by its message, and done in the transaction that settles it; \
            repetitions are dropped and counted.
            """,
        fields: [key, window, lease], shorthand: "key", example: "{key: orderId, window: 7d}")

    let fields: DecodedFields

    init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String) -> IdempotentStep {
        IdempotentStep(
            name, key: ExpressionKey(fields[Self.key].text), window: fields[Self.window], lease: fields[Self.lease])
    }
}
