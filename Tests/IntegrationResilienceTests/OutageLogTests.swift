import IntegrationResilience
import Testing

@Suite("What of an outage is logged") struct OutageLogTests {
    @Test func `the first failure is worth a line, and later ones ever more rarely`() {
        var outage = OutageLog()
        let lines = (0..<3600).filter { outage.failed(at: .seconds($0)) }
        #expect(lines == [0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030])
    }

    @Test func `the end of an outage is worth a line, and the next one begins anew`() {
        var outage = OutageLog()
        let before = outage.worked()
        #expect(!before, "it was well")
        for second in 0..<100 { _ = outage.failed(at: .seconds(second)) }
        let ends = [outage.worked(), outage.worked()]
        #expect(ends == [true, false])
        let again = (100..<120).filter { outage.failed(at: .seconds($0)) }
        #expect(again == [100, 110])
    }
}
