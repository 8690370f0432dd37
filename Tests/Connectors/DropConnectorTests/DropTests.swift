import ConnectorTestSupport
import DropConnector
import IntegrationCore
import Testing

@Suite struct DropTests {
    @Test func `Everything is accepted`() async throws {
        let report = try await DropDestination().withSender(in: .quiet()) { sender in
            try await sender.send(Batch(["a", "b"]))
        }
        #expect(report.refused.isEmpty)
    }

    @Test func `The catalog makes it, and it takes no fields`() throws {
        var catalog = Catalog()
        DropConfiguration.register(in: &catalog)
        #expect(catalog.makers.destinations["drop"] != nil)
        #expect(catalog[.destination, "drop"]?.table.fields.isEmpty == true)
    }
}
