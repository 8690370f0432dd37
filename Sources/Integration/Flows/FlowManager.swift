public import IntegrationCore
public import IntegrationEngine

/// Makes, starts and stops flows.
public protocol FlowManager: Sendable {
    /// Adds a flow and, where the engine runs, starts it.
    ///
    /// - Throws: when the name is taken, the flow has no source or no destination, or something of it can't be built.
    ///   Nothing has changed then.
    func createFlow(_ flow: Flow) async throws(IntegrationError)
    /// Starts a flow that was stopped or has failed.
    func startFlow(_ name: String) async throws(IntegrationError)
    /// Tells a flow to stop reading and to finish what is in hand.
    func stopFlow(_ name: String) async throws(IntegrationError)
    /// What a flow has done so far.
    func getFlowStatus(_ name: String) async throws(IntegrationError) -> FlowStatus
}

/// What a flow has done so far.
public typealias FlowStatus = FlowSnapshot
