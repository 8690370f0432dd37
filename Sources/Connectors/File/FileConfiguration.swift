public import IntegrationCore

/// Everything about files that a configuration can say.
public enum FileConfiguration {
    /// Adds the types and what makes them.
    public static func register(in catalog: inout Catalog) {
        catalog.register(source: "file", FileSourceConfiguration.table) {
            declaration, context throws(IntegrationError) in
            let configuration = FileSourceConfiguration(declaration.fields)
            return configuration.makeSource(codec: try configuration.records.codec(context))
        }
        catalog.register(destination: "file", FileDestinationConfiguration.table) {
            declaration, _ throws(IntegrationError) in
            FileDestinationConfiguration(declaration.fields).makeDestination()
        }
    }
}
