import IntegrationStore
import Testing

@Suite struct IntervalSetTests {
    @Test func `ranges that touch or overlap become one, whatever their order`() {
        let set = IntervalSet([5..<7, 0..<2, 9..<12, 2..<3, 6..<9])
        #expect(set.ranges == [0..<3, 5..<12])
        #expect(set.count == 10)
        #expect(set.first == 0)
    }

    @Test func `an empty range adds nothing`() {
        #expect(IntervalSet([3..<3]).isEmpty)
    }

    @Test func `taking out cuts, shortens and removes ranges`() {
        var set = IntervalSet([0..<10, 20..<30, 40..<50])
        set.remove(4..<6)
        set.remove(25..<45)
        #expect(set.ranges == [0..<4, 6..<10, 20..<25, 45..<50])
        set.remove(0..<100)
        #expect(set.isEmpty)
    }

    @Test func `what is in it is what was put in and not taken out`() {
        var set = IntervalSet()
        var model: Set<UInt64> = []
        var seed: UInt64 = 42
        for _ in 0..<2000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let lower = seed >> 33 % 200
            let range = lower..<lower + seed >> 50 % 9
            if seed >> 60 & 1 == 0 {
                set.insert(range)
                model.formUnion(range)
            } else {
                set.remove(range)
                model.subtract(range)
            }
        }
        #expect((0..<210).allSatisfy { set.contains($0) == model.contains($0) })
        #expect(Int(set.count) == model.count)
        #expect(zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
    }
}
