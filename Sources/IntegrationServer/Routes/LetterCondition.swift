internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore
internal import IntegrationTransforms

/// A JSONata condition on dead letters: the body is what it looks at, `$letter` is what is known of the failure.
struct LetterCondition {
    private let condition: Condition

    /// - Throws: what is wrong with the expression, and where.
    init(_ text: String) throws(IntegrationError) {
        do {
            condition = try Condition.compile(text)
        } catch {
            throw IntegrationError(error)
        }
    }

    /// A body that is no JSON is looked at as a string.
    func holds(for stored: StoredDeadLetter, now: Duration) throws(IntegrationError) -> Bool {
        var out = OutputBuffer()
        DeadLetterSummaryAnswer(stored: stored, now: now).write(to: &out)
        let facts = Self.document(out.withBytes { Array($0) })
        return try facts.withRoot { facts throws(IntegrationError) in
            try Self.document(stored.letter.body).withRoot { body throws(IntegrationError) in
                var bindings = ExpressionBindings()
                bindings.bind("letter", facts)
                do throws(ExpressionError) {
                    return try condition.test(body, bindings: bindings)
                } catch {
                    throw IntegrationError(error)
                }
            }
        }
    }

    private static func document(_ bytes: [UInt8]) -> Document {
        do {
            return try Document(bytes)
        } catch {
            return Document { $0.append(string: String(decoding: bytes, as: UTF8.self)) }
        }
    }
}
