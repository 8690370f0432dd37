/// One key of the state that steps and sources keep, changed only if it still is what the caller saw.
public struct StateChange: Sendable {
    /// What the key must be for the change to happen; an expired key is absent.
    public enum Expectation: Sendable, Hashable {
        case anything
        case absent
        /// The version that a read or an earlier change returned.
        case version(UInt64)
    }

    public var namespace: String
    public var key: [UInt8]
    public var expected: Expectation
    /// The new value; nil to delete the key.
    public var value: [UInt8]?
    /// Wall time since 1970 from which the key is absent; nil for never.
    public var expires: Duration?

    public init(
        namespace: String, key: [UInt8], expected: Expectation, value: [UInt8]?, expires: Duration? = nil
    ) {
        self.namespace = namespace
        self.key = key
        self.expected = expected
        self.value = value
        self.expires = expires
    }
}
