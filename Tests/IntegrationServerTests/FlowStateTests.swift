import IntegrationEngine
import Testing

@testable import IntegrationServer

@Suite("The word for a flow's state") struct FlowStateTests {
    @Test func `a running flow is degraded while something can't be reached, and paused is paused`() {
        var snapshot = FlowSnapshot(flow: "f", state: .running)
        #expect(FlowAnswer.state(of: snapshot) == "running")
        snapshot.degraded = ["api circuit open, next try in 9 s"]
        #expect(FlowAnswer.state(of: snapshot) == "degraded")
        snapshot.isPaused = true
        #expect(FlowAnswer.state(of: snapshot) == "paused")
        snapshot.state = .stopped
        #expect(FlowAnswer.state(of: snapshot) == "stopped")
    }
}
