import Testing

@testable import IntegrationTransforms

@Suite("Reference of functions")
struct ReferenceTests {
    @Test("Every example comes to a value, or to the error that it shows")
    func examples() {
        #expect(LanguageFunction.all.count == Builtin.allCases.count + 5)
        for function in LanguageFunction.all {
            let result = function.exampleResult()
            let fails = ["$error", "$assert"].contains(function.name)
            #expect(result.hasPrefix("error") == fails, "\(function.name): \(function.example) gave \(result)")
            #expect(result != "no value" && result != "[]", "\(function.name): \(function.example) gave \(result)")
            #expect(function.example.contains(function.name), "\(function.name): \(function.example)")
        }
    }

    @Test("Examples come to what is right, with time standing still")
    func results() throws {
        func result(_ name: String) throws -> String {
            try #require(LanguageFunction.all.first { $0.name == name }).exampleResult()
        }
        #expect(try result("$sum") == "27")
        #expect(try result("$round") == "[2,3.14,1200]")
        #expect(try result("$formatNumber") == #""27,000.00""#)
        #expect(try result("$formatInteger") == #"["twenty-seven","XXVII"]"#)
        #expect(try result("$now") == #""2026-01-31 13:00""#)
        #expect(try result("$millis") == "1769860800000")
        #expect(try result("$fromMillis") == #""Saturday, 31st January 2026""#)
        #expect(try result("$assert") == "error D3141: too small")
        #expect(try result("count") == #"["pen","ink"]"#)
        #expect(try result("value") == #"["ink"]"#)
    }

    @Test("Every function says with which arguments it is called, and ends its sentence")
    func words() {
        for function in LanguageFunction.all {
            #expect(function.usage.hasPrefix(function.name + "("), "\(function.usage)")
            #expect(function.summary.hasSuffix("."), "\(function.name): \(function.summary)")
            #expect((function.language == .jsonata) == (function.signature != nil))
        }
    }
}
