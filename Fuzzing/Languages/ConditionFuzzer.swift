internal import FuzzerSupport
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// Conditions: what is tested over the view says the same as the whole evaluation.
enum ConditionFuzzer: Fuzzer {
    static let name = "condition"

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let text = text(parts, 0), ExpressionFuzzer.compile(text) != nil else { return }
        let document = document(parts, 1)
        withinTime {
            do throws(ExpressionError) {
                let condition = try Condition.compile(text)
                let quick = document.withRoot { verdict(condition, $0) }
                let slow = document.withRoot { evaluated(condition, $0) }
                let areWhole = !quick.hasPrefix("U") && !slow.hasPrefix("U")
                require(!areWhole || quick == slow, "the test says \(quick), the evaluation \(slow)")
            } catch {
                require(false, "an expression is no condition: \(error)")
            }
        }
    }

    private static func verdict(_ condition: Condition, _ root: View) -> String {
        do {
            return try "\(condition.test(root, budget: ExpressionFuzzer.budget, host: ExpressionFuzzer.host))"
        } catch {
            ExpressionFuzzer.checkPlace(error, condition.text)
            return error.code
        }
    }

    private static func evaluated(_ condition: Condition, _ root: View) -> String {
        do {
            let value = try condition.expression.run(
                root, ExpressionBindings(), ExpressionFuzzer.budget, ExpressionFuzzer.host)
            return "\(value.truth ?? false)"
        } catch {
            return error.code
        }
    }
}
