/// A source, destination or lookup that finds out whether what it needs of the other system is there.
public protocol EndpointCheck: Sendable {
    /// Asks the other system, which its connector's probe has reached, without changing anything there.
    ///
    /// - Returns: what it found, in a few words, such as `the table orders takes id bigint, doc jsonb`.
    /// - Throws: what is missing, and what to do about it.
    func check(in context: FlowContext) async throws(IntegrationError) -> String
}
