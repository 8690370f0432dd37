/// Something that makes requests to another system: how it wants them to be made.
public protocol RequestMaking: Sendable {
    /// Whether a request that is cancelled ends at once; then nobody has to go on before it has ended.
    var endsWhenCancelled: Bool { get }

    /// Where the next of several requests at once does best, such as on the thread that its connection lives on; it must
    /// live as long as the process. Nil: anywhere.
    func nextExecutor() -> (any TaskExecutor)?
}

extension RequestMaking {
    public var endsWhenCancelled: Bool { false }
    public func nextExecutor() -> (any TaskExecutor)? { nil }
}
