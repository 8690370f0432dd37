import Testing

@testable import IntegrationCLI

@Suite("Figures")
struct FiguresTests {
    @Test(
        "Thousands stand apart",
        arguments: [(0, "0"), (999, "999"), (1204, "1 204"), (1_000_000, "1 000 000"), (-12_345, "-12 345")])
    func thousands(number: Int, text: String) {
        #expect(Figures.count(number) == text)
    }

    @Test("A count bears its word in the right number")
    func words() {
        #expect(Figures.count(1, "message") == "1 message")
        #expect(Figures.count(2, "message") == "2 messages")
        #expect(Figures.count(3, "entry", "entries") == "3 entries")
    }

    @Test(
        "A time is shown in the unit that fits it",
        arguments: [
            (0, "0 µs"), (850, "850 µs"), (1250, "1.2 ms"), (41_900, "41 ms"), (999_999, "999 ms"),
            (3_204_999, "3.20 s"),
            (59_990_000, "59.99 s"), (125_000_000, "2 m 05 s"), (3_725_000_000, "1 h 02 m"),
        ] as [(UInt64, String)])
    func times(microseconds: UInt64, text: String) {
        #expect(Figures.time(microseconds: microseconds) == text)
    }

    @Test("A rate is per second, and nothing where no time has passed")
    func rates() {
        #expect(Figures.rate(20_000, in: .milliseconds(310)) == "64 516/s")
        #expect(Figures.rate(5, in: .zero) == "-")
    }
}
