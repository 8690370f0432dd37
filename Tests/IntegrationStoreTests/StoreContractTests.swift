import IntegrationCore
import IntegrationStore
import IntegrationTesting
import Testing

@Suite struct StoreContractTests {
    @Test(.timeLimit(.minutes(1)), arguments: StoreContract.checks)
    func `SQLite keeps the contract of stores`(_ check: StoreContract.Check) async throws {
        try await check.run(SQLiteHome())
    }
}
