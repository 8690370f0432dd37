public import IntegrationCore
public import IntegrationDocument

/// JSON Patch (RFC 6902): changes of a document as a list of operations, all of which are done or none.
public enum JSONPatch {
    /// Applies a patch to a document.
    ///
    /// - Parameters:
    ///   - patch: an array of operations; it stands in `arena`.
    ///   - document: what is changed; it stands in `arena` and stays as it is.
    /// - Returns: the changed document, in `arena`.
    /// - Throws: `invalidPatch`, `patchFailed`, `patchTestFailed` or `patchBudgetExceeded`, naming the operation.
    public static func apply(_ patch: View, to document: View, in arena: Arena) throws(IntegrationError) -> View {
        let program = try PatchProgram(patch, in: arena)
        var tape = PatchTape(bases: arena.bases)
        var scratch = TemplateScratch()
        return arena.view(try tape.apply(program, to: document, source: document, in: arena, using: &scratch))
    }
}
