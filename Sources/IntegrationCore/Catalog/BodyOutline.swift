/// What is known of the bodies of messages at a place of a flow, before any message comes.
public struct BodyOutline: Sendable, Hashable {
    /// Why a body is as the outline says.
    public enum Origin: Sendable, Hashable {
        /// It fulfils the schema of this name.
        case schema(String)
        /// The step of this name makes it.
        case step(String)
    }

    public let origin: Origin
    /// The text of a JSON Schema that holds for a body, but for what stands at `unknown`.
    public let schema: [UInt8]
    /// Paths of member names, at which and below which anything may stand. None is empty.
    public private(set) var unknown: [[String]] = []

    public init(_ origin: Origin, schema: [UInt8]) {
        self.origin = origin
        self.schema = schema
    }

    /// What is known where something has changed what stands at these paths of member names.
    ///
    /// - Returns: nil where one of them is the whole body.
    public func changed(at paths: [[String]]) -> BodyOutline? {
        guard paths.allSatisfy({ !$0.isEmpty }) else { return nil }
        var changed = self
        changed.unknown += paths
        return changed
    }
}

/// What a step's outcome is made of, where it follows from the step's own configuration.
public struct StepOutlineInput {
    /// The step's name.
    public let name: String
    public let fields: DecodedFields
    /// What is known of bodies before the step; nil: nothing.
    public let before: BodyOutline?
    /// The mapping of a template, by its name; nil where there is no such template.
    public let template: (String) -> ConfigurationNode?

    public init(
        name: String, fields: DecodedFields, before: BodyOutline?, template: @escaping (String) -> ConfigurationNode?
    ) {
        self.name = name
        self.fields = fields
        self.before = before
        self.template = template
    }
}
