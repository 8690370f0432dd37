/// One type that a configuration can name in `type:`, described by its field table.
public struct TypeDescription: Sendable {
    /// Where the type can stand; names are unique within a kind.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case source, destination, step, connector, service, codec
        case pluginService = "plugin service"
    }

    public var kind: Kind
    /// As in `type: NAME`.
    public var name: String
    public var table: FieldTable
    /// Whether this build can run it; otherwise `check` warns and `run` refuses.
    public var isBuilt: Bool
    /// The type of connector it works through: `{connector: NAME, …}` for a connector of that type leads here.
    public var connector: String?
    /// Whether a flow that ends with this step needs no destination, as after `route`.
    public var endsFlow: Bool
    /// Whether this step waits for something else, so that `timeout` and `concurrency` beside it mean something.
    public var waits: Bool

    /// What is known of the messages behind this step.
    public var outcome: StepOutcome

    public init(
        _ kind: Kind, _ name: String, _ table: FieldTable, isBuilt: Bool = true, connector: String? = nil,
        endsFlow: Bool = false, waits: Bool = false, outcome: StepOutcome = .changed
    ) {
        self.kind = kind
        self.name = name
        self.table = table
        self.isBuilt = isBuilt
        self.connector = connector
        self.endsFlow = endsFlow
        self.waits = waits
        self.outcome = outcome
    }
}

/// What a step leaves of a message's body, for checks before any message comes.
public enum StepOutcome: Sendable {
    /// Something that is not known.
    case changed
    /// What it was.
    case kept
    /// What it was, and it fulfils the schema that the step names.
    case validated
    /// What its configuration says; nil where that is not known.
    case computed(@Sendable (StepOutlineInput) -> BodyOutline?)
}

/// Every type that a configuration can name. A value: whoever composes the program registers each part once.
public struct Catalog: Sendable {
    private var types: [TypeDescription.Kind: [TypeDescription]] = [:]
    /// What makes the things that the types describe.
    public internal(set) var makers = Makers()
    /// The compilers that the linter asks.
    public var languages = LanguageChecks()

    public init(_ descriptions: [TypeDescription] = []) {
        for description in descriptions { register(description) }
    }

    /// Adds a type.
    ///
    /// - Precondition: no other type of this kind bears the name.
    public mutating func register(_ description: TypeDescription) {
        precondition(
            self[description.kind, description.name] == nil,
            "\(description.kind.rawValue) type \(description.name) is registered twice")
        types[description.kind, default: []].append(description)
    }

    public mutating func register(contentsOf descriptions: [TypeDescription]) {
        for description in descriptions { register(description) }
    }

    public subscript(kind: TypeDescription.Kind, name: String) -> TypeDescription? {
        types[kind]?.first { $0.name == name }
    }

    /// The types of a kind in the order they were registered.
    public func types(of kind: TypeDescription.Kind) -> [TypeDescription] { types[kind] ?? [] }

    /// Every type.
    public var all: [TypeDescription] { TypeDescription.Kind.allCases.flatMap { types(of: $0) } }
}
