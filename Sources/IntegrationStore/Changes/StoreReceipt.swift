public import IntegrationCore

/// What a change became.
public struct StoreReceipt: Sendable, Equatable {
    /// The new version of each key in the order of the change; nil where it was deleted.
    public var stateVersions: [UInt64?]
    /// The id of each dead letter in the order of the change.
    public var deadLetters: [MessageID]

    public init(stateVersions: [UInt64?] = [], deadLetters: [MessageID] = []) {
        self.stateVersions = stateVersions
        self.deadLetters = deadLetters
    }
}
