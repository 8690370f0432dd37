internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms
internal import Logging

/// The steps that change orders by patches, as a flow has them.
enum Steps {
    static let context = FlowContext(
        flow: "bench", logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }, clock: SystemClock())

    /// - Parameter patch: a merge patch as JSON.
    static func mergePatch(_ patch: String, _ build: FlowBuild) throws -> any Step {
        let node = try Document(patch).withRoot { ConfigurationNode(TemplateNode($0)) }
        return try immediate(MergePatchStep("merge", .value(node)), build)
    }

    /// - Parameter patch: the operations of a JSON Patch as JSON.
    static func jsonPatch(_ patch: String, _ build: FlowBuild) throws -> any Step {
        let operations = try Document(patch).withRoot { root in
            root.elements.compactMap { operation in
                JSONPatchOperation.Kind(rawValue: operation["op"]?.string ?? "").map { kind in
                    JSONPatchOperation(
                        kind, operation["path"]?.string ?? "", from: operation["from"]?.string,
                        value: operation["value"].map { ConfigurationNode(TemplateNode($0)) })
                }
            }
        }
        return try immediate(JSONPatchStep("patch", .operations(operations)), build)
    }

    private static func immediate(_ definition: some StepDefinition, _ build: FlowBuild) throws -> any Step {
        guard case .immediate(let step) = try definition.makeStep(build) else {
            throw IntegrationError(.cannotBuild, "the step waits")
        }
        return step
    }
}
