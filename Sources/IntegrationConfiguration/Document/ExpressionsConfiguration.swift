public import IntegrationCore

/// What expressions may use besides the message.
public struct ExpressionsConfiguration: Configurable, Hashable {
    static let environment = Field<[String]>.defaulted(
        "environment", .oneOrMany(of: .string), [],
        "Variables of the environment that expressions may read, as `$env.NAME`; one that is not set has no value.")

    public static let table = FieldTable(
        "expressions", summary: "What expressions may use besides the message.", fields: [environment],
        example: "{environment: [REGION, STAGE]}")

    /// Names of variables.
    public var environment: [String] = []

    public init() {}

    public init(_ fields: DecodedFields) { environment = fields[Self.environment] }

    /// The names in a tree that is not decoded yet, since what is decoded beside them refers to them.
    static func environment(in root: ConfigurationNode) -> [String] {
        guard let list = root["expressions"]?[environment.name] else { return [] }
        return (list.elements ?? [list]).compactMap { $0.scalar?.text }
    }
}
