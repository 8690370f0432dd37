import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

/// `$meta`, `$env`, `$key` and `$now()` wherever a flow has expressions.
@Suite("Message context in expressions")
struct MessageContextTests {
    private static let environment = ["REGION": "eu"]
    private static let now = "1970-01-02T00:00:00.000Z"

    /// Runs one message through a step; nil where the step dropped it.
    private func run(_ definition: any StepDefinition, _ body: String = "{}") throws -> (body: String?, route: Int32) {
        let build = FlowBuild(flow: "f", environment: Self.environment)
        guard case .immediate(let step) = try definition.makeStep(build) else {
            throw IntegrationError(.cannotBuild, "the step waits")
        }
        var batch = batch(body, literals: build.literals)
        try step.process(&batch, in: Self.context)
        if let failure = batch.failures.first { throw failure.error }
        guard let message = batch.messages.first else { return (nil, -1) }
        var out = OutputBuffer()
        message.writeBody(in: batch.arena, to: &out)
        return (out.withBytes { String(decoding: $0, as: UTF8.self) }, message.route)
    }

    private func batch(_ body: String, literals: Literals) -> Batch {
        let arena = Arena()
        let block = ByteBlock(body)
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals.block(), as: Arena.literalBase)
        var builder = Builder(arena)
        let object = builder.open()
        builder.append(string: "headers")
        let headers = builder.open()
        builder.append(string: "x-tenant")
        builder.append(string: "a")
        builder.close(headers, .object, count: 1)
        builder.close(object, .object, count: 1)
        let metadata = builder.finish()
        var message = Message(
            id: MessageID(high: 0, low: 1), origin: 0,
            body: Slice(base: Arena.sourceBase, offset: 0, length: block.count), metadata: metadata, attempts: 2,
            receiveCount: 3)
        message.source = 1
        return Batch(arena: arena, messages: [message])
    }

    private static let context = FlowContext.quiet(
        clock: ScriptedClock(wallTime: .seconds(86_400)), sources: ["first", "second"])

    private static let everything =
        #"$meta.source & $meta.attempts & $meta.receive_count & $meta.headers."x-tenant" & $env.REGION & $now()"#
    private static let value = "second23aeu\(now)"

    @Test("`$meta` is the message's id, tries, source and what the source knows")
    func meta() throws {
        let step = TransformStep("t", .expression("$meta"))
        #expect(
            try run(step).body
                == #"{"id":"\#(MessageID(high: 0, low: 1))","attempts":2,"receive_count":3,"source":"second","#
                + #""headers":{"x-tenant":"a"}}"#)
    }

    @Test("A mapping by an expression sees it")
    func expression() throws {
        #expect(
            try run(TransformStep("t", .expression("{\"a\": \(Self.everything)}"))).body == "{\"a\":\"\(Self.value)\"}")
    }

    @Test("An expression in a template sees it")
    func template() throws {
        let step = TransformStep("t", mapping: .object([("a", .text("{{ \(Self.everything) }}"))]))
        #expect(try run(step).body == "{\"a\":\"\(Self.value)\"}")
    }

    @Test("A value of a patch sees it, each message its own")
    func patches() throws {
        let text: ConfigurationNode = .string("{{ \(Self.everything) }}")
        #expect(try run(MergePatchStep("m", ["a": text]), #"{"b":1}"#).body == "{\"b\":1,\"a\":\"\(Self.value)\"}")
        #expect(try run(JSONPatchStep("p", .add("/a", text)), #"{"b":1}"#).body == "{\"b\":1,\"a\":\"\(Self.value)\"}")
        #expect(throws: IntegrationError.self) { try run(JSONPatchStep("p", .test("/a", text)), #"{"a":"other"}"#) }
    }

    @Test("A filter sees it")
    func filter() throws {
        #expect(try run(FilterStep("f", keep: "\(Self.everything) = '\(Self.value)'")).body == "{}")
        #expect(try run(FilterStep("f", keep: "$env.REGION = 'us'")).body == nil)
    }

    @Test("A route's condition sees it")
    func route() throws {
        let step = RouteStep(
            "r", routes: [.init("$env.REGION = 'us'", to: "a"), .init("\(Self.everything) = '\(Self.value)'", to: "b")])
        #expect(try run(step).route == 1)
    }

    @Test("The key of an idempotent step and of an order sees it")
    func keys() throws {
        let build = FlowBuild(flow: "f", environment: Self.environment)
        let key = try ExpressionKey(Self.everything).makeKey(build)
        var batch = batch("{}", literals: build.literals)
        #expect(
            String(decoding: try key.key(of: &batch.messages[0], in: batch.arena, Self.context), as: UTF8.self)
                == Self.value)
    }

    @Test("A text over a message sees it, and in a lookup the keys too")
    func texts() throws {
        let text = try TextOverMessages(
            TemplateString("/{{ $key }}/{{ $keys[1] }}/{{ \(Self.everything) }}"), environment: Self.environment)
        let batch = batch("{}", literals: Literals())
        var input = TextInput(
            message: batch.messages[0], keys: [LookupKey("k"), LookupKey("l")], arena: batch.arena,
            context: Self.context)
        #expect(try text.string(&input, encoding: .plain) == "/k/l/\(Self.value)")
    }

    @Test("A body over a message sees it")
    func bodies() throws {
        let body = try BodyOverMessages(["a": .string("{{ \(Self.everything) }}")], environment: Self.environment)
        let batch = batch("{}", literals: Literals())
        var input = TextInput(message: batch.messages[0], arena: batch.arena, context: Self.context)
        var out = OutputBuffer()
        try body.write(&input, to: &out)
        #expect(out.withBytes { String(decoding: $0, as: UTF8.self) } == "{\"a\":\"\(Self.value)\"}")
    }

    @Test("A body that is generated sees the environment")
    func generated() throws {
        var out = OutputBuffer()
        try BodyTemplate(["r": "{{ $env.REGION & $meta.id }}"], environment: Self.environment)
            .write([("id", .text("7"))], in: Self.context, to: &out)
        #expect(out.withBytes { String(decoding: $0, as: UTF8.self) } == #"{"r":"eu7"}"#)
    }

    @Test("What is not allowed is not there, also where an expression is made while it runs")
    func forbidden() throws {
        let step = TransformStep("t", .expression(#"{"env": $eval("$env"), "home": $exists($env.HOME)}"#))
        #expect(try run(step).body == #"{"env":{"REGION":"eu"},"home":false}"#)
    }
}
