/// The value of a key of the state.
public struct StateValue: Sendable, Hashable {
    public let value: [UInt8]
    public let version: UInt64
    /// Wall time since 1970 from which the key is absent.
    public let expires: Duration?

    public init(value: [UInt8], version: UInt64, expires: Duration?) {
        self.value = value
        self.version = version
        self.expires = expires
    }
}
