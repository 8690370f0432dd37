internal import IntegrationCore
internal import IntegrationDocument

/// What expressions see besides the body of a message; `$meta` and `$env` are only made for those that name them.
struct MessageBindings: Sendable {
    private let usesMeta: Bool
    private let environment: Document?

    /// - Parameter environment: what `$env` holds.
    init(_ expressions: [Expression], environment: [String: String]) {
        // What `$eval` is given may name anything.
        func uses(_ variable: String) -> Bool {
            expressions.contains { $0.text.contains(variable) || $0.text.contains("$eval") }
        }
        usesMeta = uses("$meta")
        self.environment = uses("$env") ? Self.document(environment) : nil
    }

    /// Calls `body` with the bindings for a message; nil where there is none.
    func with<R>(
        _ message: Message?, in arena: Arena, _ context: FlowContext?,
        _ body: (inout ExpressionBindings) throws(ExpressionError) -> R
    ) throws(ExpressionError) -> R {
        let meta = usesMeta ? message?.meta(in: arena, context) : nil
        guard let environment else {
            var bindings = ExpressionBindings(meta: meta)
            return try body(&bindings)
        }
        return try environment.withRoot { (root) throws(ExpressionError) in
            var bindings = ExpressionBindings(meta: meta, environment: root)
            return try body(&bindings)
        }
    }

    private static func document(_ environment: [String: String]) -> Document {
        Document { builder in
            let object = builder.open()
            for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
                builder.append(string: name)
                builder.append(string: value)
            }
            builder.close(object, .object, count: environment.count)
        }
    }
}

extension Message {
    /// `$meta`: `id`, `attempts`, `receive_count`, `source` and what the source knows, such as `file` or `headers`.
    func meta(in arena: Arena, _ context: FlowContext?) -> View {
        var builder = Builder(arena)
        let object = builder.open()
        var count = 3
        builder.append(string: "id")
        builder.append(string: id.description)
        builder.append(string: "attempts")
        builder.append(number: Double(attempts))
        builder.append(string: "receive_count")
        builder.append(number: Double(receiveCount))
        let known = metadata.map { arena.view($0) }
        if let context, source >= 0, known?["source"] == nil {
            builder.append(string: "source")
            builder.append(string: context.sources[Int(source)])
            count += 1
        }
        if let known {
            for member in known.members {
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
