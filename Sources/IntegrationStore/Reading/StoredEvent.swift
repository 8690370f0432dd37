/// An event and its number; numbers rise in the order of recording.
public struct StoredEvent: Sendable {
    public let number: UInt64
    public let event: EventRecord

    public init(number: UInt64, event: EventRecord) {
        self.number = number
        self.event = event
    }
}
