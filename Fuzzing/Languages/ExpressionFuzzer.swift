internal import FuzzerSupport
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// JSONata: an expression, and a document behind a separator.
enum ExpressionFuzzer: Fuzzer {
    static let name = "jsonata"
    static let budget = ExpressionBudget(steps: 20_000, depth: 200, time: .seconds(60), outputBytes: 64 << 10)
    /// A machine on which nothing happens: every run goes the same way.
    static let host = ExpressionHost(
        wallMilliseconds: { 1_790_000_000_000 }, monotonicNanoseconds: { 0 }, randomBits: { 0x9E37_79B9_7F4A_7C15 })

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let text = text(parts, 0) else { return }
        let document = document(parts, 1)
        withinTime(.seconds(2)) {
            guard let expression = compile(text) else { return }
            let first = document.withRoot { outcome(expression, $0) }
            let second = document.withRoot { outcome(expression, $0) }
            require(first == second, "the second run gives \(second), the first \(first)")
            let slow = document.withRoot { value(expression, $0) }
            let areWhole = first != .gaveUp && slow != .gaveUp
            require(!areWhole || first == slow, "written at once it gives \(first), as a value \(slow)")
            if case .value(let json) = first {
                require((try? Document(json, policy: .lenient)) != nil, "the result is no JSON: \(json)")
            }
            _ = expression.check()
        }
    }

    enum Outcome: Equatable {
        case value(String), nothing
        case failed(code: String, offset: Int)
        /// Where the budget ends depends on the way of evaluation.
        case gaveUp
    }

    static func compile(_ text: String) -> Expression? {
        do {
            let expression = try Expression.compile(text)
            return expression
        } catch {
            checkPlace(error, text)
            require(error.code.hasPrefix("S") || error.code.hasPrefix("U"), "a compiler says \(error)")
            return nil
        }
    }

    static func checkPlace(_ error: ExpressionError, _ text: String) {
        require((0...text.utf8.count).contains(error.offset), "the place is outside of the text: \(error)")
        require((0...text.utf16.count).contains(error.position), "the position is outside of the text: \(error)")
        require(error.line >= 1 && error.column >= 1, "there is no such line: \(error)")
        require(!error.message.isEmpty && !error.description.isEmpty, "nothing is said")
    }

    private static func outcome(_ expression: Expression, _ root: View) -> Outcome {
        var outcome = Outcome.nothing
        let document = Document { builder in
            do throws(ExpressionError) {
                if try expression.evaluate(root, budget: budget, host: host, into: &builder) { outcome = .value("") }
            } catch {
                outcome = failure(error, expression)
            }
            if outcome != .value("") { builder.append(.null) }
        }
        return outcome == .value("") ? .value(document.json) : outcome
    }

    private static func value(_ expression: Expression, _ root: View) -> Outcome {
        do throws(ExpressionError) {
            let value = try expression.run(root, ExpressionBindings(), budget, host)
            if value.isUndefined || value.isFunction { return .nothing }
            var failure: ExpressionError?
            let document = Document { builder in
                do throws(ExpressionError) {
                    var writer = ValueWriter(limit: budget.outputBytes)
                    try writer.write(value, into: &builder)
                } catch {
                    failure = error
                    builder.rewind(to: 0)
                    builder.append(.null)
                }
            }
            return failure.map { self.failure($0, expression) } ?? .value(document.json)
        } catch {
            return failure(error, expression)
        }
    }

    private static func failure(_ error: ExpressionError, _ expression: Expression) -> Outcome {
        let error = error.with(source: expression.text)
        checkPlace(error, expression.text)
        return error.code.hasPrefix("U") ? .gaveUp : .failed(code: error.code, offset: error.offset)
    }
}
