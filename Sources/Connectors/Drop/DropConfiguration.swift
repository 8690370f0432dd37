public import IntegrationCore

/// Everything about dropping that a configuration can say.
public enum DropConfiguration {
    static let table = FieldTable(
        "drop destination", summary: "Accepts every message and does nothing with it.", fields: [])

    /// Adds the type and what makes it.
    public static func register(in catalog: inout Catalog) {
        catalog.register(destination: "drop", table) { _, _ throws(IntegrationError) in DropDestination() }
    }
}
