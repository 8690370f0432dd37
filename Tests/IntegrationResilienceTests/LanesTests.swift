import Testing

@testable import IntegrationResilience

@Suite struct LanesTests {
    @Test func `who is alone gets all permits, and never more lanes than requests`() {
        var lanes = EndpointGuard.Lanes()
        #expect(lanes.open(for: 3, of: 32) == 3)
        lanes = EndpointGuard.Lanes()
        #expect(lanes.open(for: 100, of: 32) == 32)
    }

    @Test func `who comes second gets what is left, or his share`() {
        var lanes = EndpointGuard.Lanes()
        #expect(lanes.open(for: 20, of: 32) == 20)
        #expect(lanes.open(for: 100, of: 32) == 16)
        var crowded = EndpointGuard.Lanes()
        #expect(crowded.open(for: 4, of: 32) == 4)
        #expect(crowded.open(for: 100, of: 32) == 28)
    }

    @Test func `batches that follow each other settle at a share each`() {
        var lanes = EndpointGuard.Lanes()
        #expect(lanes.open(for: 100, of: 32) == 32)
        #expect(lanes.open(for: 100, of: 32) == 16)
        // The first ends.
        for _ in 0..<32 { lanes.endLane() }
        lanes.endFanOut()
        for _ in 0..<5 {
            #expect(lanes.open(for: 100, of: 32) == 16)
            for _ in 0..<16 { lanes.endLane() }
            lanes.endFanOut()
        }
    }

    @Test(arguments: [0, 1]) func `there is always one lane`(limit: Int) {
        var lanes = EndpointGuard.Lanes()
        for _ in 0..<4 { #expect(lanes.open(for: 9, of: limit) == 1) }
        #expect(lanes.open(for: 0, of: 8) == 1)
    }
}
