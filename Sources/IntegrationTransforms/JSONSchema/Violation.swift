public import IntegrationCore

/// One thing that is wrong with a value.
public struct Violation: Sendable, Hashable {
    public var code: ErrorCode
    /// Where in the document; the place of the missing or forbidden member itself where it is about one.
    public var location: InstanceLocation
    /// The keyword that is broken, such as `minimum`; `false` where the schema `false` stands.
    public var keyword: String
    /// Where in the schema, such as `#/properties/items/items/properties/quantity/minimum`. A schema that was reached
    /// by `$ref` is named by its own place.
    public var schemaLocation: String
    /// What follows the path in the sentence.
    var predicate: String
    /// What stands in the sentence instead of the path, where it is not about the value itself.
    var subject: String?

    /// One sentence: `$.items[0].quantity must be at least 1, but is -1`.
    public var message: String { (subject ?? location.path) + " " + predicate }

    func message(subject other: String) -> String { (subject ?? other) + " " + predicate }

    /// As the engine's error.
    public var error: IntegrationError { IntegrationError(code, message, path: location.path) }

    static func givenUp(_ stop: Validator.Stop) -> Violation {
        let reason =
            switch stop {
            case .steps: "too many alternatives had to be tried"
            case .depth: "schemas and values are nested too deeply"
            case .pattern: "a pattern took more steps than its budget allows"
            }
        return Violation(
            code: .schemaGivenUp, location: InstanceLocation(), keyword: "", schemaLocation: "#",
            predicate: "could not be validated: \(reason)")
    }
}
