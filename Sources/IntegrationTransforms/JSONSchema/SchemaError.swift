public import IntegrationCore

/// Why a schema can't be used: every mistake that was found, each with its place.
public struct SchemaError: Error, Sendable {
    public struct Problem: Sendable, Hashable {
        public var code: ErrorCode
        /// Where in the schema, as a URI with a JSON Pointer (RFC 6901): `#/properties/id/type`. The URI is left out
        /// for the schema itself, and stands there for a schema that it refers to.
        public var location: String
        /// One sentence.
        public var message: String
    }

    /// At least one.
    public var problems: [Problem]

    init(_ problems: [Problem]) { self.problems = problems }

    init(_ code: ErrorCode, _ location: String, _ message: String) {
        problems = [Problem(code: code, location: location, message: message)]
    }
}

extension SchemaError: CustomStringConvertible {
    public var description: String {
        problems.map { "\($0.location): \($0.message) [\($0.code)]" }.joined(separator: "\n")
    }
}
