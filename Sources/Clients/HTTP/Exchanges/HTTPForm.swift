/// A body of type `application/x-www-form-urlencoded`.
public struct HTTPForm: Sendable {
    public private(set) var text = ""

    public init() {}

    /// Adds a field; name and value are encoded.
    public mutating func add(_ name: String, _ value: String) {
        text += (text.isEmpty ? "" : "&") + Self.encoded(name) + "=" + Self.encoded(value)
    }

    /// A value as it stands in such a body: everything but unreserved characters percent-encoded.
    public static func encoded(_ value: String) -> String { PercentEncoding.component(value) }
}
