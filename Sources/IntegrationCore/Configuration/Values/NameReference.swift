/// What a name in a configuration can stand for.
public enum NameKind: String, Sendable, Hashable, CaseIterable {
    case flow, queue, destination, connector, service, template, transformer, schema
}

/// A name that refers to something declared elsewhere; collected while decoding and resolved by the linter.
public struct NameReference: Sendable, Hashable {
    /// The bare name, without `queue:` before it.
    public var name: String
    /// What it may stand for; one kind where the name was qualified (`queue:orders`).
    public var kinds: [NameKind]
    /// Whether a queue of this name comes into being where nothing else bears the name.
    public var createsQueue: Bool
    public var span: SourceSpan
    /// Where it stands, for messages: "`dlq` in `error_handling` of flow `order-sync`".
    public var subject: String
    /// Where it stands, key by key from the root.
    public var path: [String]

    public init(
        _ name: String, kinds: [NameKind], createsQueue: Bool = false, span: SourceSpan = .none, subject: String = "",
        path: [String] = []
    ) {
        self.name = name
        self.kinds = kinds
        self.createsQueue = createsQueue
        self.span = span
        self.subject = subject
        self.path = path
    }
}
