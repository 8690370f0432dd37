internal import IntegrationCore

/// Puts what libyaml has against a text into words that help.
enum YAMLProblem {
    static func diagnostic(_ problem: YAMLEvents.Problem, lines: [Substring], file: String) -> Diagnostic {
        var place = problem.place
        let isAtEnd = place.line >= lines.count || (place.line == lines.count - 1 && lines[place.line].isEmpty)
        if problem.context != nil, isAtEnd || problem.problem.hasPrefix("found unexpected end of stream") {
            place = problem.contextPlace
        }
        while place.line > 0, place.line >= lines.count || lines[place.line].allSatisfy({ $0 == " " }) {
            place.line -= 1
            place.column = place.line < lines.count ? max(0, lines[place.line].unicodeScalars.count - 1) : 0
        }
        let line = place.line < lines.count ? lines[place.line] : ""
        let character = line.unicodeScalars.dropFirst(place.column).first
        let span = SourceSpan(SourceLocation(file: file, line: place.line + 1, column: place.column + 1))
        let (message, help) = words(for: problem, at: character, in: line)
        return Diagnostic(.error, .yamlSyntax, message, at: span, help: help)
    }

    private static func words(
        for problem: YAMLEvents.Problem, at character: Unicode.Scalar?, in line: Substring
    ) -> (String, String?) {
        let text = problem.problem
        if character == "\t" || text.contains("tab character") || indentsWithTab(line) {
            return ("a tab stands where YAML allows only spaces", "indent with spaces")
        }
        for (start, message, help) in known where text.hasPrefix(start) { return (message, help) }
        if text.hasPrefix("found character that cannot start any token") {
            let shown = character.map { "`\($0)`" } ?? "this character"
            return ("a value cannot start with \(shown)", "put quotes around the value")
        }
        if problem.context?.contains("alias") == true || problem.context?.contains("anchor") == true {
            return ("`*` and `&` start an alias or an anchor", "put quotes around a value that starts with `*` or `&`")
        }
        return ((problem.context.map { $0 + ", " } ?? "") + text, nil)
    }

    private static let known: [(String, String, String)] = [
        (
            "mapping values are not allowed", "a second `: ` on this line, or a line that is indented too far",
            "put quotes around a value that contains `: `"
        ),
        (
            "could not find expected ':'", "a key without `:`, or a quote that is not closed",
            "write `key: value`; the lines of one mapping start in one column"
        ),
        (
            "did not find expected key", "this line does not fit the lines above it",
            "keys of one mapping start in one column; check indentation and quotes"
        ),
        (
            "did not find expected '-' indicator", "this line does not fit the list above it",
            "entries of one list start with `- ` in one column"
        ),
        (
            "block sequence entries are not allowed", "a list cannot start here",
            "start the list on the next line, or write `[a, b]`"
        ),
        (
            "did not find expected ',' or '}'", "a `{` that is not closed, or a missing comma",
            "close it with `}`; put quotes around values that contain any of `{}[],`"
        ),
        (
            "did not find expected ',' or ']'", "a `[` that is not closed, or a missing comma",
            "close it with `]`; put quotes around values that contain any of `{}[],`"
        ),
        (
            "did not find expected node content", "a value is missing, or a `[` or `{` is not closed",
            "close it; put quotes around values that contain any of `{}[],`"
        ),
        ("found unexpected end of stream", "a quote that is not closed", "close the quote"),
        ("found unexpected document indicator", "a quote that is not closed before `---` or `...`", "close the quote"),
        (
            "found unknown escape character", "an unknown escape after `\\`",
            "in double quotes write `\\\\` for a backslash, or use single quotes"
        ),
        ("found undefined tag handle", "an unknown tag", "remove the tag"),
        ("exceeded max", "too many levels of nesting", "flatten it"),
    ]

    private static func indentsWithTab(_ line: Substring) -> Bool {
        line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }

    static func unknownTag(_ tag: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .error, .unsupportedYAML, "the tag `\(tag)` is not supported", at: span,
            help: "remove it; types follow from the field")
    }

    /// A scalar by its tag, or by the core schema.
    static func scalar(
        _ text: String, isQuoted: Bool, tag: String?, at span: SourceSpan
    ) throws(Diagnostic) -> ConfigurationScalar {
        guard let tag else { return ConfigurationScalar(text, isQuoted: isQuoted) }
        let prefix = "tag:yaml.org,2002:"
        guard tag != "!", tag != prefix + "str" else { return ConfigurationScalar(text, isQuoted: true) }
        let resolved = ConfigurationScalar(text)
        guard tag.hasPrefix(prefix), ["null", "bool", "int", "float"].contains(tag.dropFirst(prefix.count)) else {
            throw unknownTag(tag, at: span)
        }
        guard resolved.kind.rawValue == tag.dropFirst(prefix.count) else {
            throw Diagnostic(.error, .yamlSyntax, "the text does not fit its tag `\(tag)`", at: span)
        }
        return resolved
    }
}
