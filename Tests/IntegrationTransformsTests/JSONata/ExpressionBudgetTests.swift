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
            "[1..5000000]", "$sum([1..4900000])", "$sort([1..1000000], function($a, $b) { $a < $b })",
            "$join([1..1000000].$string($))", "$split($pad('', 5000000, 'a'), '')",
            "$count([1..3000].($a := $; [1..3000].($a * $)))",
            "$formatNumber(1, $pad('', 500000, '0'))", "$fromMillis(1, $pad('', 500000, '[Y]'))",
            "$toMillis('x', $pad('', 500000, '[Y]'))", "$parseInteger($pad('', 500000, 'one '), 'w')",
            "($t := $pad('', 1000000, 'a'); [1..100000].$length($t))",
            "($t := $pad('', 1000000, 'a'); [1..100000].$uppercase($t))",
            "($t := [1..100000]; [1..100000].$count($t))",
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
        // Within a tenth of a second where the compiler optimises. A debug build on a busy machine gets more.
        #expect(elapsed < .seconds(2))
    }

    @Test(
        "A text that grows too large for any result is refused before it is made",
        arguments: [
            "($g := function($s, $n){ $n = 0 ? $s : $g($s & $s, $n - 1) }; $g('xxxxxxxxxxxxxxxx', 60))",
            "$pad('x', 1e15)", "$pad('', 100000000)", "$pad('', 20000000, 'é')", "$pad($pad('', 1e7, 'x'), -1e8)",
            "($t := $pad('', 9000000, 'x'); $t & $t)", "($t := $pad('', 9000000, 'x'); $join([$t, $t], ','))",
        ])
    func largeTexts(_ text: String) throws {
        let error = #expect(throws: ExpressionError.self) {
            try Expression.compile(text).evaluateValue(nil, budget: ExpressionBudget(time: .seconds(20)))
        }
        #expect(error?.code == "U1002")
    }

    @Test(
        "A pattern that backtracks without end is stopped, however it is used",
        arguments: [
            "$match($t, /^(a+)+$/)", "$contains($t, /^(a|aa)+$/)", "$replace($t, /^(a+)+$/, 'x')",
            "$split($t, /(a|a)+$/)",
            "$t ~> /^((a*)*)*$/", "[1..1000].$contains($t, /^(a+)+$/)",
        ])
    func patterns(_ text: String) throws {
        let whole = "($t := $pad('', 5000, 'a') & '!'; \(text))"
        let clock = ContinuousClock()
        var error: ExpressionError?
        let elapsed = clock.measure {
            do throws(ExpressionError) {
                _ = try Expression.compile(whole).evaluateValue(nil)
            } catch let caught {
                error = caught
            }
        }
        #expect(error?.code == "U1004")
        #expect(error?.errorCode == .expressionBudget)
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
