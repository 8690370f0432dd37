internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

/// The two languages of patches, tried on a document.
enum PatchEvaluation {
    /// RFC 6902.
    case json
    /// RFC 7396.
    case merge

    /// The patched document as JSON.
    ///
    /// - Throws: what `JSONPatch.apply` throws.
    func result(of patch: View, on input: View) throws(IntegrationError) -> String {
        let arena = Arena()
        func copy(_ view: View) -> View {
            var builder = Builder(arena)
            builder.copy(foreign: view)
            return arena.view(builder.finish())
        }
        let document = copy(input)
        let change = copy(patch)
        return try withExtendedLifetime(arena) { () throws(IntegrationError) -> String in
            switch self {
            case .json: try JSONPatch.apply(change, to: document, in: arena).jsonOfLastMembers
            case .merge: MergePatch.apply(change, to: document, in: arena).jsonOfLastMembers
            }
        }
    }

    /// The patched document as JSON, where the patch is YAML or JSON.
    func result(of patch: InlineText, on input: Document) throws -> String {
        let node = try patch.node()
        let document: Document
        do {
            document = try Document(node.json, policy: .lenient)
        } catch {
            throw IntegrationError(.inputUnreadable, "\(patch.name) is not JSON: \(error)")
        }
        return try document.withRoot { (change) throws(IntegrationError) in
            try input.withRoot { (root) throws(IntegrationError) in try result(of: change, on: root) }
        }
    }
}
