internal import IntegrationConfiguration
internal import IntegrationCore

extension LoadedConfiguration {
    /// The diagnostics of at least this severity.
    func report(from severity: Diagnostic.Severity) -> String {
        var copy = self
        copy.diagnostics = Diagnostics()
        for span in diagnostics.secretSpans { copy.diagnostics.markSecret(span) }
        for diagnostic in diagnostics.all where diagnostic.severity >= severity { copy.diagnostics.add(diagnostic) }
        return copy.report()
    }
}
