import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

@Suite("Budgets of expressions")
struct ExpressionBudgetTests {
    @Test(
        "What would never end is stopped within a tenth of a second",
        arguments: [
            "($f := function($n){$f($n)}; $f(1))",
            "($f := function($n){1 + $f($n)}; $f(1))",
            "($f := function($n){$map([1..9], $f)}; $f(1))",
            "[1..10000000].([1..1000])",
            "$map([1..1000], function($x){ $map([1..1000], function($y){ $x * $y }) })",
            "($g := function($s, $n){ $n = 0 ? $s : $g($s & $s, $n - 1) }; $g('xxxxxxxxxxxxxxxx', 60))",
            "$pad('x', 1e15)",
            "($e := function($t){ $eval($t) }; $s := '$e($s)'; $e($s))",
        ])
    func endless(_ text: String) throws {
        let expression = try Expression.compile(text)
        let clock = ContinuousClock()
        var error: ExpressionError?
        let elapsed = clock.measure {
            do throws(ExpressionError) {
                _ = try expression.evaluateValue(nil)
            } catch let caught {
                error = caught
            }
        }
        #expect(error?.code == "U1001")
        #expect(error?.errorCode == .expressionBudget)
        // A debug build on a busy machine gets more.
        #expect(elapsed < .seconds(2))
    }

    @Test("The clock of the budget is the host's")
    func clock() throws {
        let ticks = Ticks()
        let host = ExpressionHost(
            wallMilliseconds: { 0 }, monotonicNanoseconds: { ticks.next(10_000_000) }, randomBits: { 0 })
        let expression = try Expression.compile("$sum([1..100000].($ * 2))")
        let budget = ExpressionBudget(steps: .max, time: .milliseconds(50))
        let error = #expect(throws: ExpressionError.self) {
            try expression.evaluateValue(nil, budget: budget, host: host)
        }
        #expect(error?.message.contains("0.05") == true)
    }

    private final class Ticks: @unchecked Sendable {
        // Proof of Sendable: one evaluation on one thread asks.
        private var now: UInt64 = 0

        func next(_ step: UInt64) -> UInt64 {
            now += step
            return now
        }
    }

    @Test("A result that grows too large is refused")
    func output() throws {
        let arena = Arena()
        var builder = Builder(arena)
        let budget = ExpressionBudget(outputBytes: 1000)
        let error = #expect(throws: ExpressionError.self) {
            try Expression.compile("[1..1000]").evaluate(nil, budget: budget, into: &builder)
        }
        #expect(error?.code == "U1002")
        builder.append(.null)
        _ = builder.finish()
    }

    @Test("Calls in tail position need no depth")
    func tailCalls() throws {
        let text = "($f := function($n, $sum){ $n = 0 ? $sum : $f($n - 1, $sum + $n) }; $f(20000, 0))"
        let budget = ExpressionBudget(depth: 20, time: .seconds(10))
        #expect(try evaluated(text, budget: budget) == "200010000")
    }

    @Test("An expression nested too deeply is refused when it is compiled")
    func nesting() throws {
        let deep = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
        let long = Array(repeating: "a", count: 5000).joined(separator: "+")
        for text in [deep, long] {
            let error = try #require(throws: ExpressionError.self) { try Expression.compile(text) }
            #expect(error.code == "U1003")
        }
    }
}
