internal import IntegrationPatterns

/// A pattern as the schema has it, with its compiled form.
final class SchemaPattern: Sendable {
    let text: String
    let pattern: Pattern

    init(_ text: String) throws(ECMAScriptPattern.Failure) {
        self.text = text
        pattern = try ECMAScriptPattern.compile(text)
    }
}
