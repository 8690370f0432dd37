public import IntegrationCore
internal import IntegrationDocument

/// Changes each message by a JSON Patch (RFC 6902): all of its operations are done, or the message fails.
public struct JSONPatchStep: StepDefinition {
    /// Where the patch comes from.
    public enum Patch: Sendable {
        case operations([JSONPatchOperation])
        /// The path of the patch in the message, such as `changes`.
        case message(String)
    }

    public var name: String
    public var patch: Patch
    /// The path of the value that is changed, such as `order`; nil: the whole message.
    public var target: String?

    public init(_ name: String, _ patch: Patch, target: String? = nil) {
        self.name = name
        self.patch = patch
        self.target = target
    }

    /// A step with operations of its own.
    ///
    /// ```swift
    /// JSONPatchStep("close", .test("/status", "paid"), .replace("/status", "closed"), .remove("/draft"))
    /// ```
    public init(_ name: String, _ operations: JSONPatchOperation...) { self.init(name, .operations(operations)) }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        switch patch {
        case .message(let path):
            return .immediate(Patching(name: name, places: try PatchPlaces(patch: path, target: target), program: nil))
        case .operations(let operations):
            let places = try PatchPlaces(patch: nil, target: target)
            let program = try PatchProgram(operations, under: places.tokens, build)
            return .immediate(Patching(name: name, places: places, program: program))
        }
    }
}

/// A JSON Patch at work.
struct Patching: Step {
    let name: String
    let places: PatchPlaces
    /// Nil where each message brings its own.
    let program: PatchProgram?

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        var tape = PatchTape(bases: batch.arena.bases)
        var scratch = TemplateScratch()
        let hasTemplates = program?.hasTemplates ?? false
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let root = try message.parsed(in: arena)
            if hasTemplates { scratch.surroundings = TemplateSurroundings(message: message, context: context) }
            let program = if let shared = self.program { shared } else { try own(root, arena) }
            message.replaceBody(with: try tape.apply(program, to: root, source: root, in: arena, using: &scratch))
            return .keep
        }
    }

    private func own(_ root: View, _ arena: Arena) throws(IntegrationError) -> PatchProgram {
        let path = places.patch ?? MemberPath(names: [])
        let patch = try PatchPlaces.value(at: path, of: root, "the patch")
        return try PatchProgram(patch, under: places.tokens, in: arena)
    }
}
