/// Compilers of the three languages, as the linter sees them; what is nil is not checked.
///
/// They are handed in by whoever composes the program, because the languages live above this module.
public struct LanguageChecks: Sendable {
    /// What a text is written in.
    public enum Language: Sendable, Hashable {
        /// JSONata.
        case expression
        /// JSONPath, or a bare member path.
        case jsonPath
        /// Text with `{{ expression }}` in it.
        case template
        /// A text in the mapping of a template: a JSONPath with projections where it starts with `$`, else as `template`.
        case mapping
    }

    /// What a language has against a text.
    public struct Mistake: Sendable {
        public var message: String
        /// Where it starts, in Unicode scalars from the start of the text.
        public var offset: Int?
        public var length: Int
        /// What to write instead.
        public var help: String?
        /// Whether it is most likely a slip, rather than certainly wrong.
        public var isWarning: Bool

        public init(
            _ message: String, offset: Int? = nil, length: Int = 1, help: String? = nil, isWarning: Bool = false
        ) {
            self.message = message
            self.offset = offset
            self.length = length
            self.help = help
            self.isWarning = isWarning
        }
    }

    /// What texts may refer to.
    public struct Scope: Sendable, Hashable {
        /// The variables that expressions may read as `$env`.
        public var environment: [String] = []

        public init() {}
    }

    /// Returns nothing where the text is right.
    public typealias Check = @Sendable (String, Scope) -> [Mistake]

    public var checks: [Language: Check]
    /// What a text says of messages of which something is known: paths that lead nowhere.
    public var paths: (@Sendable (String, Language, BodyOutline) -> [Mistake])?

    public init(
        _ checks: [Language: Check] = [:], paths: (@Sendable (String, Language, BodyOutline) -> [Mistake])? = nil
    ) {
        self.checks = checks
        self.paths = paths
    }
}
