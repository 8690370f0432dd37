import Foundation
import IntegrationDocument
import TestSupport
import Testing

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalJSONTests {
    private static let suite = "json-canonicalization"

    @Test(
        "Every document of the public suite has the bytes that it says",
        .enabled(if: Suites.have(suite), "\(Suites.absence(suite))"))
    func documents() throws {
        let folder = Suites.path(Self.suite, "testdata/input")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 6)
        for name in names {
            let input = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            let output = try Data(
                contentsOf: URL(fileURLWithPath: Suites.path(Self.suite, "testdata/output/" + name)))
            let canonical = try Document(Array(input)).withRoot { root in try CanonicalJSON.bytes(of: root) }
            #expect(String(decoding: canonical, as: UTF8.self) == String(decoding: output, as: UTF8.self), "\(name)")
        }
    }

    /// Appendix B of the RFC.
    @Test(
        "Numbers are written as ECMAScript writes them",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"), (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
            (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"), (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5555, "333333333.3333333"),
            (0xBECB_F647_612F_3696, "-0.0000033333333333333333"), (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(_ bits: UInt64, _ text: String) throws {
        let value = Double(bitPattern: bits)
        let document = try Document("[\(value)]")
        let canonical = try document.withRoot { root in try CanonicalJSON.bytes(of: root) }
        #expect(String(decoding: canonical, as: UTF8.self) == "[\(text)]")
    }

    @Test("What is no I-JSON has no canonical form")
    func refused() throws {
        func refusal(_ text: String) throws -> CanonicalJSON.Refusal? {
            try Document(text, policy: .lenient).withRoot { root in
                do throws(CanonicalJSON.Refusal) {
                    _ = try CanonicalJSON.bytes(of: root)
                    return nil
                } catch {
                    return error
                }
            }
        }
        #expect(try refusal("[1e400]") == .number("1e400"))
        #expect(try refusal(#"{"a":1,"\u0061":2}"#) == .duplicate("a"))
        for text in [#"["\ud800"]"#, #"["\udc00\ud800"]"#, #"["x\ud800\u0041"]"#] {
            #expect(try refusal(text) == .surrogate, "\(text)")
        }
        #expect(try refusal(#"["\\ud800 \ud83d\ude00"]"#) == nil)
    }
}
