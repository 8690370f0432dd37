internal import IntegrationCore
internal import IntegrationTransforms

/// The functions of the languages as text: what `docs functions` and `docs '$sum'` print.
enum FunctionPages {
    /// Every function in a line, and the document that the examples are about.
    static var overview: String {
        var text = "functions\n\nThe functions of JSONata, whose names begin with `$`, and of JSONPath.\n"
        for language in LanguageFunction.Language.allCases {
            text += "\n"
            let functions = LanguageFunction.all.filter { $0.language == language }
            let width = functions.map(\.name.count).max() ?? 0
            for function in functions {
                let gap = String(repeating: " ", count: width - function.name.count + 2)
                text += "  \(function.name)\(gap)\(function.summary)\n"
            }
        }
        return text + "\nExamples are about this document:\n  \(LanguageFunction.sample)\n"
    }

    /// Names as `docs` takes them, sorted as the overview has them.
    static var names: [String] { LanguageFunction.all.map(\.name) }

    /// What there is to say of a function; nil where there is none of that name. The `$` may be left out, which a shell
    /// would take for its own.
    static func page(_ name: String) -> String? {
        let found = LanguageFunction.all.filter { $0.name == name || $0.name == "$" + name }
        return found.isEmpty ? nil : found.map(page).joined(separator: "\n")
    }

    private static func page(_ function: LanguageFunction) -> String {
        let signature = function.signature.map { "    \($0)" } ?? ""
        return """
            \(function.name) function of \(function.language.rawValue)

            \(function.summary)

              \(function.usage)\(signature)

            Example:
              \(function.example)
              = \(function.exampleResult())

            """
    }

    /// What was probably meant.
    static func suggestion(for name: String) -> String? {
        Suggestion.nearest(to: name, among: names + names.map { $0.hasPrefix("$") ? String($0.dropFirst()) : $0 })
    }
}
