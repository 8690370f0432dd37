public import IntegrationCore
public import IntegrationStore

/// Somewhere a store can be opened, closed and opened again, for the contract that every home keeps.
public protocol StoreHome: Sendable {
    /// Opens the store for the length of `body`; the same home holds the same data every time.
    func withStore<R>(clock: any TimeSource, _ body: (any Store) async throws -> R) async throws -> R

    /// A home with what would be left if the owner were killed now; called while the store is open.
    func afterKill() async throws -> any StoreHome
}
