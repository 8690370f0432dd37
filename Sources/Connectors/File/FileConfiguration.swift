public import IntegrationCore

/// Everything about files that a configuration can say.
public enum FileConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.source, "file", FileSourceConfiguration.table),
        TypeDescription(.destination, "file", FileDestinationConfiguration.table),
    ]
}
