public import IntegrationDocument

/// A template's mapping as it stands in the configuration.
///
/// - A text that begins with `$` is a JSONPath, optionally with a projection (see `Projection`); the value it selects
///   stands in its place. A singular path gives the value, any other an array, also for one element.
/// - A text that begins with `$$` is itself without the first `$`.
/// - A text with `{{ … }}` holds expressions: alone, `{{ … }}` gives the expression's value; among other characters, its
///   text.
/// - An object with `$path` is a path with options: `$default` (any node, taken where nothing is selected), `$as`
///   (`string`, `number`, `integer`, `boolean` or `array`) and `$missing` (`omit`, `null` or `error`). An object with
///   `$literal` is the value as it stands. A key that begins with `$$` is itself without the first `$`.
/// - Anything else is itself.
public indirect enum TemplateNode: Sendable {
    /// Members in their order.
    case object([(key: String, node: TemplateNode)])
    case array([TemplateNode])
    case text(String)
    /// A value that is taken as it stands: a number, a boolean, null, or a whole document.
    case literal(Document)

    /// The mapping that a document holds.
    public init(_ view: View) {
        switch view.kind {
        case .object: self = .object(view.members.map { ($0.name, TemplateNode($0.value)) })
        case .array: self = .array(view.elements.map { TemplateNode($0) })
        case .string, .escapedString: self = .text(view.string ?? "")
        default: self = .literal(Document(copying: view))
        }
    }
}

/// What stands in the place of a value that a path does not find. Null in the message is a value, not a missing one.
public enum MissingValue: String, Sendable, Hashable, CaseIterable {
    /// The member, or the element, is left out.
    case omit
    /// Null stands there.
    case null
    /// The message fails (`IE2103`).
    case error
}

/// Options of a whole template.
public struct TemplateOptions: Sendable, Hashable {
    /// What happens to missing values; `$missing` overrides it for one key.
    public var missing: MissingValue
    /// What one message may cost.
    public var budget: JSONPathBudget

    public init(missing: MissingValue = .omit, budget: JSONPathBudget = .standard) {
        self.missing = missing
        self.budget = budget
    }
}
