/// Compilers of the three languages, as the linter sees them; what is nil is not checked.
///
/// They are handed in by whoever composes the program, because the languages live above this module.
public struct LanguageChecks: Sendable {
    /// What a language has against a text.
    public struct Mistake: Sendable {
        public var message: String
        /// Where it starts, in Unicode scalars from the start of the text.
        public var offset: Int?
        public var length: Int
        /// What to write instead.
        public var help: String?

        public init(_ message: String, offset: Int? = nil, length: Int = 1, help: String? = nil) {
            self.message = message
            self.offset = offset
            self.length = length
            self.help = help
        }
    }

    /// Returns nil where the text is right.
    public typealias Check = @Sendable (String) -> Mistake?

    /// JSONata.
    public var expression: Check?
    /// JSONPath, or a bare member path.
    public var jsonPath: Check?
    /// Text with `{{ expression }}` in it.
    public var template: Check?

    /// A text that starts with `$` in the mapping of a template: JSONPath with projections.
    public var mapping: Check?

    public init(
        expression: Check? = nil, jsonPath: Check? = nil, template: Check? = nil, mapping: Check? = nil
    ) {
        self.expression = expression
        self.jsonPath = jsonPath
        self.template = template
        self.mapping = mapping
    }
}
