/// Text that never prints: every description, log and dump of it shows `••••`.
public struct SecretString: Sendable, Hashable {
    /// What stands in the place of every secret.
    public static let mask = "••••"

    private let value: String

    public init(_ value: String) { self.value = value }

    /// The text itself, for the one place that needs it on the wire.
    public func reveal() -> String { value }
}

extension SecretString: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.mask }
    public var debugDescription: String { Self.mask }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
