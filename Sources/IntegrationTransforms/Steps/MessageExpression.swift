internal import IntegrationCore
internal import IntegrationDocument

/// A JSONata expression over messages: `$meta` is what is known of the message beside its body.
struct MessageExpression: Sendable {
    let expression: Expression
    /// `$meta` is only made for expressions that name it.
    private let usesMeta: Bool

    var text: String { expression.text }

    init(_ text: String, literals: Literals) throws(IntegrationError) {
        do {
            expression = try Expression.compile(text, literals: literals)
        } catch {
            throw IntegrationError(error)
        }
        usesMeta = text.contains("$meta")
    }

    /// The value of the expression as a document of `arena`; nil where it has none.
    func evaluate(
        _ source: View, _ message: Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> View? {
        let meta = usesMeta ? message.meta(in: arena) : nil
        var builder = Builder(arena)
        let hasValue: Bool
        do {
            hasValue = try expression.evaluate(
                source, bindings: ExpressionBindings(meta: meta), host: ExpressionHost(context), into: &builder)
        } catch {
            throw IntegrationError(error)
        }
        return hasValue ? arena.view(builder.finish()) : nil
    }
}

/// A JSONata condition over messages.
struct MessageCondition: Sendable {
    let condition: Condition
    private let usesMeta: Bool

    var text: String { condition.text }

    init(_ text: String) throws(IntegrationError) {
        do {
            condition = try Condition.compile(text)
        } catch {
            throw IntegrationError(error)
        }
        usesMeta = text.contains("$meta")
    }

    /// Whether the condition holds. A value that is not there fulfils no comparison.
    @inline(__always)
    func holds(_ source: View, _ message: Message, in arena: Arena) throws(IntegrationError) -> Bool {
        do {
            if usesMeta {
                return try condition.test(source, bindings: ExpressionBindings(meta: message.meta(in: arena)))
            }
            return try condition.holds(for: source)
        } catch {
            throw IntegrationError(error)
        }
    }
}

extension Message {
    /// `$meta`: `id`, `attempts`, `receive_count` and what the source knows, such as `file` or `headers`.
    func meta(in arena: Arena) -> View {
        let id = arena.makeString(id.description)
        let attempts = arena.makeNumber(text: String(attempts))
        let received = arena.makeNumber(text: String(receiveCount))
        let names = ["id", "attempts", "receive_count"].map { arena.makeString($0) }
        var builder = Builder(arena)
        let object = builder.open()
        var count = 3
        for (name, value) in zip(names, [id, attempts, received]) {
            builder.append(name)
            builder.append(value)
        }
        if let metadata {
            for member in arena.view(metadata).members {
                builder.copy(member.key.pointer)
                builder.copy(member.value.pointer)
                count += 1
            }
        }
        builder.close(object, .object, count: count)
        return arena.view(builder.finish())
    }
}

extension ExpressionHost {
    /// The flow's clock and chance, so that `$now()` and `$uuid()` can be tested.
    init(_ context: FlowContext) {
        let clock = context.clock
        let random = context.random
        self.init(
            wallMilliseconds: { clock.wallTime.milliseconds },
            monotonicNanoseconds: { UInt64(max(0, clock.now.nanoseconds)) },
            randomBits: {
                // Copies of a source share its sequence.
                var random = random
                return random.next()
            })
    }
}
