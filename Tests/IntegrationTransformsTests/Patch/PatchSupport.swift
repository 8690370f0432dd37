import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument

@testable import IntegrationTransforms

/// The document that a JSON Patch makes.
func patched(_ document: String, _ patch: String) throws -> String {
    try applying(document, patch) { patch, document, arena in
        try JSONPatch.apply(patch, to: document, in: arena)
    }
}

/// The document that a merge patch makes.
func merged(_ document: String, _ patch: String) throws -> String {
    try applying(document, patch) { MergePatch.apply($0, to: $1, in: $2) }
}

private func applying(
    _ document: String, _ patch: String, _ apply: (View, View, Arena) throws -> View
) throws -> String {
    let arena = Arena()
    func view(_ text: String) throws -> View {
        let parsed = try Document(text, policy: .lenient)
        var builder = Builder(arena)
        parsed.withRoot { builder.copy(foreign: $0) }
        return arena.view(builder.finish())
    }
    let target = try view(document)
    let result = try apply(try view(patch), target, arena)
    // The document that was patched stays as it was.
    let before = try Document(document, policy: .lenient)
    guard before == Document(copying: target) else { return "the document itself was changed" }
    return Document(copying: result).json
}

/// What becomes of messages in a step: their bodies, or the errors that took them out.
func run(_ step: some StepDefinition, on messages: [String]) throws -> [String] {
    let build = FlowBuild(flow: "f")
    guard case .immediate(let built) = try step.makeStep(build) else { return ["the step waits"] }
    let arena = Arena()
    let block = ByteBlock(messages.joined())
    arena.attach(block, as: Arena.sourceBase)
    arena.attach(build.literals.block(), as: Arena.literalBase)
    var offset = 0
    var batch = Batch(arena: arena, messages: [])
    for (index, message) in messages.enumerated() {
        let body = Slice(base: Arena.sourceBase, offset: offset, length: message.utf8.count)
        offset += message.utf8.count
        batch.messages.append(Message(id: MessageID(high: 0, low: UInt64(index)), origin: index, body: body))
    }
    try built.process(&batch, in: .quiet(clock: ScriptedClock(wallTime: .zero)))
    var results = [String](repeating: "", count: messages.count)
    for message in batch.messages {
        var out = OutputBuffer()
        message.writeBody(in: arena, to: &out)
        results[message.origin] = out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
    for failure in batch.failures {
        let error = failure.error
        results[failure.message.origin] = "\(error.code.id) \(error.message)" + (error.path.map { " at \($0)" } ?? "")
    }
    return results
}
