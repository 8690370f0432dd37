internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms
internal import Logging

struct EvalTemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Makes a new document by a template's mapping.",
        discussion: """
            EXAMPLES:
              integration eval template '{id: $.orderId, total: $.orderTotal}' -i order.json
              integration eval template order-template.yaml -i order.json
            """)

    @Argument(help: "The mapping as YAML or JSON, or the path of a file that holds it.")
    var mapping: String

    @OptionGroup var input: InputOptions

    func run() throws {
        let text = try InlineText(mapping)
        let node = try text.node()
        try Console.process.print(try Self.apply(TemplateNode(node), to: try input.read(), name: text.name))
    }

    /// The document that a flow's `transform` step would make.
    static func apply(_ mapping: TemplateNode, to body: [UInt8], name: String) throws(IntegrationError) -> String {
        let build = FlowBuild(flow: "eval")
        let built = try TransformStep("transform", .template(mapping, name: name)).makeStep(build)
        guard case .immediate(let step) = built else { throw IntegrationError(.stepFailed, "the step has to wait") }
        let arena = Arena()
        let block = ByteBlock(body)
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(build.literals.block(), as: Arena.literalBase)
        let message = Message(
            id: MessageID(high: 0, low: 0), origin: 0,
            body: Slice(base: Arena.sourceBase, offset: 0, length: block.count))
        var batch = Batch(arena: arena, messages: [message])
        let logger = Logger(label: "eval") { _ in SwiftLogNoOpLogHandler() }
        try step.process(&batch, in: FlowContext(flow: "eval", logger: logger, clock: SystemClock()))
        if let failure = batch.failures.first { throw failure.error }
        var out = OutputBuffer()
        for message in batch.messages { message.writeBody(in: arena, to: &out) }
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
