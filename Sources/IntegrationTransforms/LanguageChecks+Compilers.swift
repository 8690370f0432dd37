public import IntegrationCore
internal import IntegrationDocument

extension LanguageChecks {
    /// The compilers of the languages, for the linter.
    public static var standard: LanguageChecks {
        LanguageChecks(
            [.expression: expression, .jsonPath: jsonPath, .template: template, .mapping: mapping], paths: paths)
    }

    private static func expression(_ text: String, _ scope: Scope) -> [Mistake] {
        do {
            return mistakes(try Expression.compile(text).check(environment: scope.environment), in: text)
        } catch {
            return [Mistake(error, in: text)]
        }
    }

    private static func jsonPath(_ text: String, _: Scope) -> [Mistake] {
        do {
            _ = text.hasPrefix("$") ? try JSONPath(text) : try JSONPath(bare: text)
            return []
        } catch {
            return [Mistake(error, in: text)]
        }
    }

    private static func template(_ text: String, _ scope: Scope) -> [Mistake] {
        do {
            return try TextTemplate.compile(text).placedExpressions.flatMap { expression, offset in
                mistakes(expression.check(environment: scope.environment), in: text, from: offset)
            }
        } catch {
            return [Mistake(error, in: text)]
        }
    }

    private static func mapping(_ text: String, _ scope: Scope) -> [Mistake] {
        guard isPath(text) else { return template(text, scope) }
        do {
            _ = try PathExpression(text)
            return []
        } catch {
            return [Mistake(error, in: text)]
        }
    }

    /// Whether a text of a mapping is a path; `$$` writes one `$`.
    private static func isPath(_ text: String) -> Bool { text.hasPrefix("$") && !text.hasPrefix("$$") }

    // MARK: Outlines

    /// What a text says of messages. Texts and schemas that are wrong by themselves are reported elsewhere.
    private static func paths(_ text: String, _ language: Language, _ outline: BodyOutline) -> [Mistake] {
        guard let schema = readable({ () throws(ParseError) in try Document(outline.schema) }) else { return [] }
        return schema.withRoot { root in
            let outline = SchemaOutline(outline, root)
            switch language {
            case .jsonPath: return []
            case .expression:
                guard let expression = readable({ () throws(ExpressionError) in try Expression.compile(text) })
                else { return [] }
                return mistakes(found(in: expression, outline), in: text)
            case .mapping where isPath(text):
                guard let path = readable({ () throws(JSONPathError) in try PathExpression(text) }) else { return [] }
                var inference = MappingInference(path, outline)
                inference.check()
                return inference.mistakes.map { Mistake($0) }
            case .template, .mapping:
                guard let template = readable({ () throws(ExpressionError) in try TextTemplate.compile(text) })
                else { return [] }
                return template.placedExpressions.flatMap { expression, offset in
                    mistakes(found(in: expression, outline), in: text, from: offset)
                }
            }
        }
    }

    private static func found(in expression: Expression, _ outline: SchemaOutline) -> [ExpressionDiagnostic] {
        var inference = PathInference(expression, outline)
        inference.check()
        return inference.mistakes
    }

    private static func readable<R, E>(_ read: () throws(E) -> R) -> R? {
        do { return try read() } catch { return nil }
    }

    // MARK: Places

    private static func mistakes(
        _ diagnostics: [ExpressionDiagnostic], in text: String, from start: Int = 0
    ) -> [Mistake] {
        diagnostics.map {
            Mistake(
                $0.message, offset: scalars(text, upTo: start + $0.offset), length: max(1, $0.length), help: $0.help,
                isWarning: $0.severity == .warning)
        }
    }

    /// Byte offsets as Unicode scalars, which configurations count in.
    fileprivate static func scalars(_ text: String, upTo offset: Int) -> Int {
        var count = 0
        for byte in text.utf8.prefix(offset) where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}

extension LanguageChecks.Mistake {
    fileprivate init(_ error: ExpressionError, in text: String) {
        self.init(error.message, offset: LanguageChecks.scalars(text, upTo: error.offset))
    }

    fileprivate init(_ error: JSONPathError, in text: String) {
        self.init(error.message, offset: LanguageChecks.scalars(text, upTo: error.offset))
    }
}
