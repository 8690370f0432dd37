import Testing

@testable import IntegrationCore

@Suite("Failpoints")
struct FailPointTests {
    @Test("A fault names a stage, what happens there and at which hits")
    func parsing() {
        #expect(
            FailPoints.parse("after-send:kill:12,in-step:error:1-40,store-append:errno=28:3-,drain:sleep=5") == [
                FailPoints.Fault(stage: "after-send", action: .kill, hits: 12...12),
                FailPoints.Fault(stage: "in-step", action: .error, hits: 1...40),
                FailPoints.Fault(stage: "store-append", action: .errno(28), hits: 3...Int.max),
                FailPoints.Fault(stage: "drain", action: .sleep(milliseconds: 5), hits: 1...Int.max),
            ])
        #expect(FailPoints.parse("drain:kill") == [FailPoints.Fault(stage: "drain", action: .kill, hits: 1...1)])
    }

    @Test(
        "A malformed fault is refused",
        arguments: [
            "", "drain", "nowhere:kill", "drain:explode", "drain:kill:0", "drain:kill:3-2", "drain:sleep=x", "a:b:c:d",
        ])
    func refusing(text: String) {
        #expect(FailPoints.parse(text) == nil)
    }

    @Test("Only the hits that are named count, and those of the store once a delivery was received")
    func counting() throws {
        let points = FailPoints(try #require(FailPoints.parse("store-commit:error:2-3,in-step:error:2")))
        #expect(points.due("in-step") == nil)
        #expect(points.due("in-step") == .error)
        #expect(points.due("in-step") == nil)
        for _ in 0..<5 { #expect(points.due("store-commit") == nil) }
        #expect(points.due("after-receive") == nil)
        #expect((0..<4).map { _ in points.due("store-commit") } == [nil, .error, .error, nil])
    }
}
