import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The bulkhead") struct BulkheadTests {
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `permits are conserved, and those who wait get them in the order in which they came`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let most = Int.random(in: 0...6, using: &random)
        let patience: Duration? = Bool.random(using: &random) ? .seconds(3) : nil
        var bulkhead = Bulkhead(
            limit: Int.random(in: 1...4, using: &random), maximumWaiting: most, longestWait: patience)
        // The model: two lists.
        var inside = 0
        var line: [(ticket: Int, deadline: Duration?)] = []
        var now = Duration.zero
        var next = 0

        func admitAll() {
            while inside < bulkhead.limit, !line.isEmpty {
                #expect(bulkhead.front == line[0].ticket)
                #expect(bulkhead.admitFront() == line.removeFirst().ticket)
                inside += 1
            }
            #expect(bulkhead.front == nil)
            #expect(bulkhead.admitFront() == nil)
        }

        for _ in 0..<500 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: now += .milliseconds(Int.random(in: 0...2000, using: &random))
            case 1..<4:
                next += 1
                #expect(bulkhead.arrive(next, at: now) == patience.map { now + $0 })
                line.append((next, patience.map { now + $0 }))
                admitAll()
                let isTooMany = line.count > most
                #expect(bulkhead.turnAway(next) == isTooMany)
                if isTooMany { line.removeLast() }
            case 4..<6:
                guard inside > 0 else { continue }
                bulkhead.release()
                inside -= 1
                admitAll()
            case 6:
                let ticket = Int.random(in: max(1, next - 8)...max(1, next), using: &random)
                let stands = line.contains { $0.ticket == ticket }
                #expect(bulkhead.leave(ticket) == stands)
                line.removeAll { $0.ticket == ticket }
            default:
                let late = line.filter { $0.deadline.map { $0 <= now } ?? false }.map(\.ticket)
                #expect(bulkhead.expire(at: now) == late)
                line.removeAll { late.contains($0.ticket) }
                bulkhead.limit = Int.random(in: 1...5, using: &random)
                admitAll()
            }
            #expect(bulkhead.inUse == inside)
            #expect(bulkhead.waiting == line.count)
            #expect(bulkhead.waiting <= most)
        }
        #expect(bulkhead.dismissAll() == line.map(\.ticket))
        #expect(bulkhead.waiting == 0)
    }
}
