/// A draft of JSON Schema: which keywords it knows and how they are read.
public struct SchemaDialect: Sendable, Hashable {
    /// The drafts in the order of their publication.
    enum Draft: Int, Sendable, Comparable {
        case draft4 = 4
        case draft6 = 6
        case draft7 = 7
        case draft2019 = 8
        case draft2020 = 9

        static func < (left: Draft, right: Draft) -> Bool { left.rawValue < right.rawValue }
    }

    let draft: Draft
    let vocabularies: Vocabularies
    /// URI of the metaschema.
    public let metaschema: String

    init(_ draft: Draft, _ metaschema: String, vocabularies: Vocabularies = .standard) {
        self.draft = draft
        self.metaschema = metaschema
        self.vocabularies = vocabularies
    }

    public static let draft4 = SchemaDialect(.draft4, "http://json-schema.org/draft-04/schema")
    public static let draft6 = SchemaDialect(.draft6, "http://json-schema.org/draft-06/schema")
    public static let draft7 = SchemaDialect(.draft7, "http://json-schema.org/draft-07/schema")
    public static let draft2019 = SchemaDialect(.draft2019, "https://json-schema.org/draft/2019-09/schema")
    public static let draft2020 = SchemaDialect(.draft2020, "https://json-schema.org/draft/2020-12/schema")

    /// Every draft with a metaschema of its own.
    public static let all: [SchemaDialect] = [draft4, draft6, draft7, draft2019, draft2020]

    /// The draft that a `$schema` names; nil where it is none of them.
    static func named(_ uri: String) -> SchemaDialect? {
        var name = uri.hasSuffix("#") ? String(uri.dropLast()) : uri
        if let known = all.first(where: { $0.metaschema == name }) { return known }
        // The older drafts are often written with https.
        if name.hasPrefix("https://json-schema.org/draft-0") { name = "http" + name.dropFirst(5) }
        return all.first { $0.metaschema == name }
    }

    // MARK: How keywords are read

    var identifier: String { draft == .draft4 ? "id" : "$id" }
    /// Whether `$ref` makes its neighbours mean nothing.
    var referenceStandsAlone: Bool { draft <= .draft7 }
    /// Whether `"$id": "#name"` is an anchor.
    var anchorsByIdentifier: Bool { draft <= .draft7 }
    var hasAnchors: Bool { draft >= .draft2019 }
    var hasBooleanSchemas: Bool { draft >= .draft6 }
    /// Whether `items` may be a list, and `additionalItems` is what follows.
    var hasItemLists: Bool { draft <= .draft2019 }
    var hasPrefixItems: Bool { draft >= .draft2020 }
    /// Whether `exclusiveMinimum` is true or false and modifies `minimum`.
    var hasBooleanBounds: Bool { draft == .draft4 }
    /// Whether 1.0 is an integer.
    var integersByValue: Bool { draft >= .draft6 }
    var hasConditions: Bool { draft >= .draft7 }
    var hasConstants: Bool { draft >= .draft6 }
    var hasDependents: Bool { draft >= .draft2019 }
    /// Whether `contains` counts as an evaluation of the items that it matches.
    var containsEvaluates: Bool { draft >= .draft2020 }
    var definitions: [String] { draft >= .draft2019 ? ["$defs", "definitions"] : ["definitions"] }

    /// What a schema's vocabularies allow.
    struct Vocabularies: OptionSet, Sendable, Hashable {
        let rawValue: UInt16

        static let applicator = Vocabularies(rawValue: 1 << 0)
        static let validation = Vocabularies(rawValue: 1 << 1)
        static let unevaluated = Vocabularies(rawValue: 1 << 2)
        static let formatAssertion = Vocabularies(rawValue: 1 << 3)
        /// Vocabularies that say something and check nothing, and core, which is always there.
        static let annotations = Vocabularies(rawValue: 1 << 4)
        static let standard: Vocabularies = [.applicator, .validation, .unevaluated, .annotations]

        /// The vocabulary of a URI; nil where it is unknown.
        init?(uri: String) {
            let prefixes = [
                "https://json-schema.org/draft/2020-12/vocab/", "https://json-schema.org/draft/2019-09/vocab/",
            ]
            guard let prefix = prefixes.first(where: { uri.hasPrefix($0) }) else { return nil }
            switch uri.dropFirst(prefix.count) {
            case "applicator": self = prefix == prefixes[1] ? [.applicator, .unevaluated] : .applicator
            case "validation": self = .validation
            case "unevaluated": self = .unevaluated
            case "format-assertion": self = .formatAssertion
            case "core", "meta-data", "content", "format", "format-annotation": self = .annotations
            default: return nil
            }
        }

        init(rawValue: UInt16) { self.rawValue = rawValue }
    }
}
