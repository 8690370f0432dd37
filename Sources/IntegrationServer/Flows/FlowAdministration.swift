public import IntegrationCore
public import IntegrationEngine

/// Creates, deletes and reloads flows of a running engine from its configuration.
public protocol FlowAdministration: Sendable {
    /// Adds the flows of a YAML text; kept for the next run where `persist` says so.
    ///
    /// - Parameters:
    ///   - file: the file that it came from, for messages; relative paths are taken from its folder.
    /// - Throws: `configurationRefused` with every mistake, or what could not be started; nothing has changed then.
    func create(
        _ yaml: String, file: String, persist: Bool
    ) async throws(IntegrationError) -> Engine.ReloadReport

    /// Drains a flow and removes it, for the next runs as well.
    ///
    /// - Returns: what was done, and how to undo it, in one sentence.
    func delete(_ flow: String) async throws(IntegrationError) -> String

    /// Reads the configuration again and makes the engine run it.
    func reload() async throws(IntegrationError) -> Engine.ReloadReport
}
