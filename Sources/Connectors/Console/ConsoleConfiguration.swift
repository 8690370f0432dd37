public import IntegrationCore

/// Everything about standard input and output that a configuration can say.
public enum ConsoleConfiguration {
    static let stdout = FieldTable(
        "stdout destination", summary: "Writes messages to standard output, a line each.", fields: [])

    /// Adds the types and what makes them.
    public static func register(in catalog: inout Catalog) {
        catalog.register(
            source: "stdin", StdinSourceConfiguration.table
        ) { declaration, context throws(IntegrationError) in
            let configuration = StdinSourceConfiguration(declaration.fields)
            return configuration.makeSource(codec: try configuration.records.codec(context))
        }
        catalog.register(destination: "stdout", stdout) { _, _ throws(IntegrationError) in StdoutDestination() }
    }
}
