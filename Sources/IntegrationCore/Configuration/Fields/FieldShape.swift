/// What a field takes, as data: linter messages, reference docs and JSON Schema are made from it.
public indirect enum FieldShape: Sendable {
    case string
    /// A name of one of these kinds; where several are possible, `kind:name` decides.
    case name([NameKind])
    case path
    /// A URL; empty means any scheme.
    case url(schemes: [String])
    case bool
    case int(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>?)
    case size(ClosedRange<ByteCount>?)
    case enumeration([String])
    case secret
    case template
    case expression
    case jsonPath
    case list(FieldShape)
    /// One, or a list of them.
    case oneOrMany(FieldShape)
    /// Names that the user chooses, each with a value.
    case map(FieldShape)
    case table(FieldTable)
    /// A mapping whose `type` decides which table holds.
    case variants([FieldTable], byDefault: String?)
    /// A mapping whose `type` is one of the catalog's types of a kind.
    case typed(TypeDescription.Kind)
    /// The name of a queue, flow, connector or destination, or a destination written inline.
    case destination
    case either([FieldShape])
    case any

    /// What is expected, for messages: "must be …".
    public var phrase: String {
        switch self {
        case .string: "a string"
        case .name(let kinds): "the name of a " + Self.alternatives(kinds.map(\.rawValue))
        case .path: "a path"
        case .url(let schemes):
            schemes.isEmpty ? "a URL" : "a URL like `" + schemes.map { "\($0)://…" }.joined(separator: "` or `") + "`"
        case .bool: "`true` or `false`"
        case .int: "a whole number"
        case .number: "a number"
        case .duration: "a duration such as `5s` or `2m30s`"
        case .size: "a size such as `16KiB` or `1GiB`"
        case .enumeration(let names): Self.choice(names)
        case .secret: "a string (a secret)"
        case .template: "text, with `{{ … }}` for what comes from the message"
        case .expression: "a JSONata expression"
        case .jsonPath: "a JSONPath"
        case .list(let element): "a list; each entry " + element.phrase
        case .oneOrMany(let element): element.phrase + ", or a list of them"
        case .map(let element): "a mapping from names to " + element.phrase
        case .table(let table): "a mapping (\(table.name))"
        case .variants(let tables, _): "a mapping with `type` " + Self.choice(tables.map(\.name))
        case .typed(.step): "a mapping with `type`, or `TYPE: …`"
        case .typed(.service): "a mapping with `type` or `connector`"
        case .typed: "a mapping with `type`"
        case .destination: "a name, or a mapping with `type` or `connector`"
        case .either(let shapes): shapes.map(\.phrase).joined(separator: ", or ")
        case .any: "any value"
        }
    }

    static func choice(_ names: [String]) -> String {
        alternatives(names.map { "`\($0)`" })
    }

    /// "a, b or c".
    public static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Whether the value itself is a secret.
    public var isSecret: Bool {
        if case .secret = self { true } else { false }
    }
}
