public import IntegrationCore

/// Something that happened to a message or to a part of the engine.
public struct EventRecord: Sendable {
    /// Wall time since 1970.
    public var time: Duration
    /// A word, such as `retried`, `dead-lettered`, `flow-started`.
    public var kind: String
    public var flow: String
    public var message: MessageID?
    public var step: String?
    /// A small JSON value; nil for none.
    public var detail: [UInt8]?

    public init(
        time: Duration, kind: String, flow: String, message: MessageID? = nil, step: String? = nil,
        detail: [UInt8]? = nil
    ) {
        self.time = time
        self.kind = kind
        self.flow = flow
        self.message = message
        self.step = step
        self.detail = detail
    }
}
