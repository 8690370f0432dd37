public import IntegrationDocument

/// A schema that is ready to use from any thread.
public final class CompiledSchema: Sendable {
    private let program: Program
    private let maximumSteps: Int

    init(_ program: Program, _ options: SchemaOptions) {
        self.program = program
        maximumSteps = options.maximumSteps
    }

    /// Whether a value is valid. Nothing is allocated, but for strings with escapes above one KiB, for arrays of more
    /// than 40 items that must be unique, and under `unevaluated…` for containers of more than 1,000 values.
    ///
    /// A value whose validation was given up (see `ErrorCode.schemaGivenUp`) is not valid.
    public func isValid(_ view: View) -> Bool {
        var validator = Validator(view, maximumSteps: maximumSteps)
        return validator.check(program.root, view.pointer) && validator.stop == nil
    }

    /// What is wrong with a value, in the order of the document; empty where it is valid.
    ///
    /// - Parameter limit: at most this many are looked for.
    public func violations(_ view: View, limit: Int = 100) -> [Violation] {
        guard limit > 0 else { return [] }
        var validator = Validator(view, maximumSteps: maximumSteps)
        let isValid = validator.check(program.root, view.pointer)
        if let stop = validator.stop { return [.givenUp(stop)] }
        if isValid { return [] }
        var explainer = Explainer(program: program, view: view, maximumSteps: maximumSteps, limit: limit)
        explainer.explain(program.root, view.pointer)
        return explainer.found.isEmpty ? [.givenUp(explainer.validator.stop ?? .steps)] : explainer.found
    }
}
