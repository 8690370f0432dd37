import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSON Schema: numbers are compared exactly")
struct NumberKeywordTests {
    @Test(
        "Bounds hold to the last digit",
        arguments: [
            (#"{"maximum":9007199254740993}"#, "9007199254740993", true),
            (#"{"maximum":9007199254740992}"#, "9007199254740993", false),
            (#"{"minimum":0.1}"#, "0.09999999999999999999999", false),
            (#"{"exclusiveMinimum":0}"#, "1e-400", true), (#"{"exclusiveMinimum":0}"#, "-1e-400", false),
            (#"{"minimum":0}"#, "-0.0", true), (#"{"minimum":1}"#, "0.99", false), (#"{"minimum":1}"#, "5e-1", false),
            (#"{"minimum":1}"#, "1", true), (#"{"minimum":2}"#, "1", false), (#"{"exclusiveMinimum":1}"#, "1", false),
            (#"{"exclusiveMinimum":0.5}"#, "1", true), (#"{"exclusiveMinimum":-1e-400}"#, "0", true),
            (#"{"maximum":1e400}"#, "1e401", false), (#"{"maximum":1e400}"#, "9e399", true),
            (#"{"const":1.0}"#, "1", true), (#"{"enum":[100]}"#, "1e2", true), (#"{"const":0}"#, "-0", true),
            (#"{"type":"integer"}"#, "1e3", true), (#"{"type":"integer"}"#, "10.00", true),
            (#"{"type":"integer"}"#, "1.5e0", false), (#"{"type":"integer"}"#, "15e-1", false),
            (#"{"type":"integer"}"#, "0.0", true), (#"{"type":"integer"}"#, "123456789012345678901234567890", true),
        ])
    func bounds(_ schema: String, _ data: String, _ expected: Bool) throws {
        let schema = try JSONSchema.compile(Document(schema, policy: .lenient))
        let isValid = try Document(data, policy: .lenient).withRoot { schema.isValid($0) }
        #expect(isValid == expected)
    }

    @Test(
        "Multiples are reckoned in decimal",
        arguments: [
            ("0.01", "4.35", true), ("0.01", "4.351", false), ("0.0001", "0.0075", true), ("1.5", "4.5", true),
            ("1.5", "35", false), ("3", "-9", true), ("3", "0", true), ("1e308", "1e308", true), ("0.5", "1e308", true),
            ("0.123456789", "1e308", false), ("7", "700000000000000000000000000000", true),
            ("7", "700000000000000000000000000001", false), ("1e-400", "1", true), ("1e400", "1", false),
            ("12345678901234567890", "24691357802469135780", true),
            ("12345678901234567890", "24691357802469135781", false),
            ("1024000000000000000000001", "1e30", false), ("1099511627776000000000000001", "0", true),
            ("36893488147419103232", "1e70", true), ("36893488147419103232", "1e64", false),
        ])
    func multiples(_ divisor: String, _ data: String, _ expected: Bool) throws {
        let schema = try JSONSchema.compile(Document(#"{"multipleOf":\#(divisor)}"#, policy: .lenient))
        let isValid = try Document(data, policy: .lenient).withRoot { schema.isValid($0) }
        #expect(isValid == expected)
    }
}
