/// How long, and how much of something is kept.
public struct Retention: Sendable, Hashable {
    /// What is older is removed.
    public var age: Duration?
    /// While there is more than this, the oldest is removed.
    public var bytes: Int?

    public init(age: Duration? = nil, bytes: Int? = nil) {
        self.age = age
        self.bytes = bytes
    }

    public static let forever = Retention()
}
