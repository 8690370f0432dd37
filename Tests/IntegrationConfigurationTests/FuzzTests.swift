import Foundation
import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct FuzzTests {
    /// SplitMix64, so that a failure can be repeated by its seed.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test func `A damaged configuration is read or refused with a place, and never crashes`() throws {
        let path = SampleCatalog.golden + "/example/integration.yaml"
        let original = Array(try String(contentsOfFile: path, encoding: .utf8).utf8)
        let pieces = [
            "{", "}", "[", "]", ": ", "- ", "\n", "\t", "\"", "'", "${", "}", "{{", "&a ", "*a", "!x ", "\u{0}", "|",
            "#", "null", "\u{FF}",
        ]
        let loader = SampleCatalog.loader(SampleTests.secrets)
        for seed in 0..<1500 {
            var generator = Generator(state: UInt64(seed))
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: pieces.randomElement(using: &generator)!.utf8, at: index)
                default: bytes.removeSubrange(index..<min(index + 40, bytes.count))
                }
            }
            var diagnostics = Diagnostics()
            guard YAMLReader.read(bytes, file: "integration.yaml", diagnostics: &diagnostics) != nil else {
                #expect(diagnostics.all.last?.span.location.isKnown == true, "seed \(seed)")
                continue
            }
            let loaded = loader.load(text: String(decoding: bytes, as: UTF8.self))
            #expect(!loaded.report().isEmpty || loaded.document != nil, "seed \(seed)")
            #expect((loaded.document == nil) == loaded.diagnostics.hasErrors, "seed \(seed)")
        }
    }
}
