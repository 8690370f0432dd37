public import IntegrationCore

/// Everything about files that a configuration can say.
public enum FileConfiguration {
    /// Adds the source and the destination.
    public static func register(in catalog: inout Catalog) {
        catalog.register(source: "file", FileSourceConfiguration.table) { declaration, context throws(IntegrationError) in
            let configuration = FileSourceConfiguration(declaration.fields)
            return configuration.makeSource(codec: try configuration.records.codec(context))
        }
        catalog.register(destination: "file", FileDestinationConfiguration.table) { declaration, _ in
            FileDestinationConfiguration(declaration.fields).makeDestination()
        }
    }
}
