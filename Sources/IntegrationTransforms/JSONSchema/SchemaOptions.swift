/// How schemas are read.
public struct SchemaOptions: Sendable, Hashable {
    /// What `format` does.
    public enum Formats: Sendable, Hashable {
        /// It says something about a value and checks nothing, as drafts since 2019-09 demand by default.
        case annotate
        /// A string that is not of its format is not valid. Unknown formats check nothing.
        case assert
    }

    /// What `contentEncoding` and `contentMediaType` do.
    public enum Contents: Sendable, Hashable {
        /// They say something about a string and check nothing, as drafts since 2019-09 demand.
        case annotate
        /// A string that is not base64, or does not hold JSON, where they say so, is not valid.
        case assert
        /// They are asserted in draft 7, which leaves it to the validator (validation, 8.1), and annotate later on.
        case byDraft

        func asserts(_ draft: SchemaDialect.Draft) -> Bool {
            switch self {
            case .annotate: false
            case .assert: draft >= .draft7
            case .byDraft: draft == .draft7
            }
        }
    }

    public var formats: Formats
    public var contents: Contents
    /// The draft of schemas that do not name one in `$schema`.
    public var defaultDialect: SchemaDialect
    /// Most nodes of a compiled schema.
    public var maximumNodes: Int
    /// Most alternatives (`anyOf`, `$ref`, `if`, …) that are tried for one document, beside 16 for each of its values.
    /// What needs more is given up: a recursive schema of alternatives can cost exponentially many.
    public var maximumSteps: Int
    /// Whether schemas are checked against the metaschema of their draft.
    public var checksMetaschema: Bool

    public init(
        formats: Formats = .annotate, contents: Contents = .annotate, defaultDialect: SchemaDialect = .draft2020,
        maximumNodes: Int = 500_000,
        maximumSteps: Int = 1_000_000, checksMetaschema: Bool = true
    ) {
        self.formats = formats
        self.contents = contents
        self.defaultDialect = defaultDialect
        self.maximumNodes = maximumNodes
        self.maximumSteps = maximumSteps
        self.checksMetaschema = checksMetaschema
    }
}
