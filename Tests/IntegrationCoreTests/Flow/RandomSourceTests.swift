import IntegrationCore
import Testing

@Suite("Randomness") struct RandomSourceTests {
    @Test func `a seed gives the numbers of SplitMix64`() {
        // First outputs for seed 1234567, as published with the algorithm's reference implementation.
        var random = RandomSource(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func `copies share one sequence`() {
        var first = RandomSource(seed: 1)
        var second = first
        var other = RandomSource(seed: 1)
        let expected = [other.next(), other.next()]
        #expect([first.next(), second.next()] == expected)
    }

    @Test func `the machine's numbers differ`() {
        var random = RandomSource.system
        #expect(Set((0..<64).map { _ in random.next() }).count == 64)
    }
}

@Suite("Shutdown signals", .timeLimit(.minutes(1))) struct ShutdownSignalTests {
    @Test func `everybody who waits is let go, and who comes later does not wait`() async {
        let signal = ShutdownSignal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait() } }
            group.addTask { signal.signal() }
        }
        #expect(signal.isSignalled)
        await signal.wait()
        signal.signal()
    }

    @Test func `who waits is let go when cancelled`() async {
        let signal = ShutdownSignal()
        for _ in 0..<200 {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.wait() }
                group.addTask { await signal.wait() }
                group.cancelAll()
            }
        }
        #expect(!signal.isSignalled)
    }
}
