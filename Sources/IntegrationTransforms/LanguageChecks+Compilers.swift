public import IntegrationCore
internal import IntegrationDocument

extension LanguageChecks {
    /// The compilers of the languages, for the linter.
    public static var standard: LanguageChecks {
        LanguageChecks(expression: expressionMistake, jsonPath: jsonPathMistake, template: textMistake)
    }

    private static func expressionMistake(_ text: String) -> Mistake? {
        do {
            let expression = try Expression.compile(text)
            guard let found = expression.check().first(where: { $0.severity == .error }) else { return nil }
            return Mistake(found.message, offset: scalars(text, upTo: found.offset), length: max(1, found.length))
        } catch {
            return Mistake(error.message, offset: scalars(text, upTo: error.offset))
        }
    }

    private static func jsonPathMistake(_ text: String) -> Mistake? {
        do {
            _ = text.hasPrefix("$") ? try JSONPath(text) : try JSONPath(bare: text)
            return nil
        } catch {
            return Mistake(error.message, offset: scalars(text, upTo: error.offset))
        }
    }

    private static func textMistake(_ text: String) -> Mistake? {
        do {
            _ = try TextTemplate.compile(text)
            return nil
        } catch {
            return Mistake(error.message)
        }
    }

    /// Byte offsets as Unicode scalars, which configurations count in.
    private static func scalars(_ text: String, upTo offset: Int) -> Int {
        var count = 0
        for byte in text.utf8.prefix(offset) where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
