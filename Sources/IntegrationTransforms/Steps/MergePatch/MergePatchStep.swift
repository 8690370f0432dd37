public import IntegrationCore
internal import IntegrationDocument

/// Changes each message by a JSON Merge Patch (RFC 7396).
public struct MergePatchStep: StepDefinition {
    /// Where the patch comes from.
    public enum Patch: Sendable {
        /// Any value; texts of it may hold `{{ JSONata }}`.
        case value(ConfigurationNode)
        /// The path of the patch in the message, such as `changes`.
        case message(String)
    }

    public var name: String
    public var patch: Patch
    /// The path of the value that is changed, such as `order`; nil: the whole message.
    public var target: String?
    /// What stands in the place of an expression that gives nothing: left out, nothing is changed; null takes the
    /// member away.
    public var missing: MissingValue

    public init(_ name: String, _ patch: Patch, target: String? = nil, missing: MissingValue = .omit) {
        self.name = name
        self.patch = patch
        self.target = target
        self.missing = missing
    }

    /// A step with a patch of its own.
    ///
    /// ```swift
    /// MergePatchStep("close", ["status": "closed", "draft": .null])
    /// ```
    public init(_ name: String, _ patch: ConfigurationNode) { self.init(name, .value(patch)) }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        switch patch {
        case .message(let path):
            return .immediate(Merging(name: name, places: try PatchPlaces(patch: path, target: target), patch: .none))
        case .value(let node):
            let value = try PatchValue.compile(node, name: "patch", missing: missing, build)
            return .immediate(Merging(name: name, places: try PatchPlaces(patch: nil, target: target), patch: value))
        }
    }
}

/// A merge patch at work.
struct Merging: Step {
    let name: String
    let places: PatchPlaces
    /// None where each message brings its own.
    let patch: PatchProgram.Value

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        var scratch = TemplateScratch()
        var tape = PatchTape(bases: batch.arena.bases)
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let root = try message.parsed(in: arena)
            let result: View
            switch patch {
            case .none:
                let path = places.patch ?? MemberPath(names: [])
                let own = try PatchPlaces.value(at: path, of: root, "the patch")
                result = try merge(own, root, arena, &tape)
            case .template(let template):
                scratch.surroundings = TemplateSurroundings(message: message, context: context)
                let own = try template.apply(root, in: arena, using: &scratch)
                result = try merge(own, root, arena, &tape)
            case .words(let words):
                result = try words.withUnsafeBufferPointer { (words) throws(IntegrationError) in
                    try merge(View(words.baseAddress.unsafelyUnwrapped, arena.bases), root, arena, &tape)
                }
            }
            message.replaceBody(with: result.pointer)
            return .keep
        }
    }

    private func merge(
        _ patch: View, _ root: View, _ arena: Arena, _ tape: inout PatchTape
    ) throws(IntegrationError) -> View {
        if places.target.names.isEmpty { return MergePatch.apply(patch, to: root, in: arena) }
        let target = try PatchPlaces.value(at: places.target, of: root, "what is patched")
        let merged = MergePatch.apply(patch, to: target, in: arena)
        return arena.view(try tape.putting(merged, at: places.tokens, of: root, in: arena))
    }
}
