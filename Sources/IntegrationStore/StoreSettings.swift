/// How a store keeps what it is given.
public struct StoreSettings: Sendable, Hashable {
    public var durability: Durability
    public var deadLetters: Retention
    public var events: Retention
    /// How long the ledger remembers who accepted a message that was never settled.
    public var ledger: Duration

    public init(
        durability: Durability = .full, deadLetters: Retention = Retention(age: .seconds(14 * 86400)),
        events: Retention = Retention(age: .seconds(7 * 86400), bytes: 1 << 30),
        ledger: Duration = .seconds(14 * 86400)
    ) {
        self.durability = durability
        self.deadLetters = deadLetters
        self.events = events
        self.ledger = ledger
    }
}
