import IntegrationDocument
import Testing

@testable import IntegrationTransforms

@Suite("Conditions")
struct ConditionTests {
    private static let inputs = [
        #"{"total": 1000, "status": "new", "customer": {"tier": "gold", "age": 41}, "flag": true, "note": null}"#,
        #"{"total": 999.99, "status": "o\u006cd", "customer": {"tier": "silver"}, "flag": false, "tags": ["a"]}"#,
        #"{"total": -0.5e3, "customer": [], "items": [{"price": 3}], "status": ""}"#,
        #"{"total": "1000", "status": 7, "customer": [{"tier": "gold"}, {"tier": "x"}]}"#,
        #"{"total": null, "status": null, "customer": null, "flag": {}}"#,
        #"{"total": [1000], "total with a long name": 1}"#, #"[{"total": 1000}]"#, "{}", "7", "null",
        #"{"tot\u0061l": 1001}"#, #"{"total": 12345678901234567890123}"#, #"{"total": 1e3}"#,
    ]

    private static let conditions = [
        "total >= 1000", "total < 1000", "1000 <= total", "total = 1000", "total != 1000", "total > -500",
        "status = 'new'", "status != \"old\"", "'old' = status", "status = 'new' and total >= 1000",
        "total >= 1000 or flag", "$not(total >= 1000)", "$not(flag) and $exists(total)", "flag", "note",
        "$exists(note)",
        "customer.tier = 'gold'", "customer.tier in ['gold', 'silver']", "total in [1000, 1001, 'x']", "note = null",
        "flag = true", "flag != false", "`total with a long name` = 1", "$.total > 1", "(total > 1) and (total < 2000)",
        "$not($not(total > 1))", "$not(flag and total > 1)", "$boolean(status)",
        "customer.age > 40 or customer.age < 3",
        "$not(missing.path = 1)", "items.price > 2", "tags = 'a'", "total > 1 ? flag : true", "status > 'a'",
    ]

    @Test("The short way decides as the whole evaluation does", arguments: conditions)
    func agreement(_ text: String) throws {
        let condition = try Condition.compile(text)
        for input in Self.inputs {
            try Document(input).withRoot { view in
                let quick = Result { () throws(ExpressionError) in try condition.holds(for: view) }
                let whole = Result { () throws(ExpressionError) in
                    try condition.expression.run(view, ExpressionBindings(), .standard, .system).truth ?? false
                }
                switch (quick, whole) {
                case (.success(let one), .success(let two)): #expect(one == two, "\(text) over \(input)")
                case (.failure(let one), .failure(let two)): #expect(one.code == two.code, "\(text) over \(input)")
                default: Issue.record("\(text) over \(input): \(quick) and \(whole)")
                }
            }
        }
    }

    @Test("The common shapes take the short way", arguments: conditions.prefix(30))
    func shapes(_ text: String) throws {
        #expect(try Condition.compile(text).test != nil)
    }

    @Test("A missing field is no match, a type error is an error")
    func missingAndTypes() throws {
        let condition = try Condition.compile("total >= 1000")
        #expect(try Document("{}").withRoot { try condition.test($0) } == false)
        let text = #expect(throws: ExpressionError.self) {
            try Document(#"{"total": "1000"}"#).withRoot { try condition.test($0) }
        }
        #expect(text?.code == "T2009")
        let null = #expect(throws: ExpressionError.self) {
            try Document(#"{"total": null}"#).withRoot { try condition.test($0) }
        }
        #expect(null?.code == "T2010")
        #expect(null?.column == 7)
    }

    @Test("Conditions see bindings")
    func bindings() throws {
        let condition = try Condition.compile("$meta.attempts > 2 and total > 1")
        let (bound, unbound) = try Document(#"{"attempts": 3}"#).withRoot { meta in
            try Document(#"{"total": 2}"#).withRoot { view in
                (
                    try condition.test(view, bindings: ExpressionBindings(meta: meta)),
                    try condition.test(view)
                )
            }
        }
        #expect(bound)
        #expect(!unbound)
    }

    @Test("Coverage of numbers is judged for comparisons of one field")
    func coverage() throws {
        func check(_ texts: String...) throws -> CoverageCheck {
            CoverageCheck(try texts.map { try Condition.compile($0) })
        }
        #expect(try check("total >= 1000", "total < 1000") == .complete(field: "total"))
        #expect(try check("total > 1000", "total < 1000") == .gaps(field: "total", ["total = 1000"]))
        #expect(try check("a.b < 10", "a.b > 20") == .gaps(field: "a.b", ["a.b = 10", "10 < a.b < 20", "a.b = 20"]))
        #expect(try check("10 <= x and x < 20", "x >= 20") == .gaps(field: "x", ["x < 10"]))
        #expect(try check("x <= 5", "$not(x <= 7)") == .gaps(field: "x", ["5 < x < 7", "x = 7"]))
        #expect(try check("x != 3", "x = 3 or x = 4") == .complete(field: "x"))
        #expect(try check("x >= 3") == .gaps(field: "x", ["x < 3"]))
        #expect(try check("x >= 3", "y < 3") == .unknown)
        #expect(try check("status = 'new'") == .unknown)
        #expect(CoverageCheck([]) == .unknown)
    }
}
