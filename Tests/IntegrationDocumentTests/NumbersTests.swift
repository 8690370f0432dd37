import IntegrationDocument
import Testing

@Suite("Numbers")
struct NumbersTests {
    @Test(
        "Numbers come out exactly as they went in",
        arguments: ["10.10", "12345678901234567890123", "0.1234567890123456789", "-0", "1E5", "1e-7", "3194.0"])
    func exactText(_ text: String) throws {
        #expect(try Document(text).json == text)
        #expect(try Document("{\"a\":[\(text)]}").json == "{\"a\":[\(text)]}")
    }

    @Test("A number beyond the largest double is refused in flows and kept by the exact policy")
    func outOfRange() throws {
        #expect(throws: ParseError.self) { try Document("1e400") }
        #expect(try Document("1e400", policy: .lenient).json == "1e400")
        #expect(try Document("1e308").json == "1e308")
    }

    @Test("Numbers are equal by value, whatever their text")
    func equality() throws {
        #expect(try Document("1.0") == Document("1"))
        #expect(try Document("100") == Document("1e2"))
        #expect(try Document("-0") == Document("0.0"))
        #expect(try Document("12345678901234567890123") != Document("12345678901234567890124"))
    }
}
