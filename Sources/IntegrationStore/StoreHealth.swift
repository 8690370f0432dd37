public import IntegrationCore

/// What an examination of a stopped or running store found.
public struct StoreHealth: Sendable {
    /// The layout of the tables; nil where the file could not be opened.
    public var layout: Int?
    /// The process that has the folder open.
    public var owner: String?
    /// Bytes of each file.
    public var files: [String: Int] = [:]
    /// What is wrong, each with what to do about it; empty for a healthy store.
    public var problems: [IntegrationError] = []
    /// Whether counters differ from what is counted, which mending sets right.
    public var canBeMended = false

    public init() {}
}
