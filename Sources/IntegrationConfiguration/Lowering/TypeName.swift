public import IntegrationCore

/// The name of a type among those of its kind.
public struct TypeName: Sendable, Hashable {
    public var kind: TypeDescription.Kind
    public var name: String

    public init(_ kind: TypeDescription.Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    public init(_ type: TypeDescription) { self.init(type.kind, type.name) }
}
