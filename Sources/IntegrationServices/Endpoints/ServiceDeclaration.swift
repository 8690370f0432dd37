/// A service as the configuration or the program has it.
public struct ServiceDeclaration: Sendable {
    public var name: String
    /// Such as `http`.
    public var type: String
    /// How it is asked where it has several endpoints; nil where it has none, such as a table.
    public var balanced: BalancedLookup?

    public init(name: String, type: String, balanced: BalancedLookup?) {
        self.name = name
        self.type = type
        self.balanced = balanced
    }
}
