extension LanguageFunction {
    /// The functions of RFC 9535, 2.4.
    static let jsonPath: [LanguageFunction] = [
        jsonPath(
            "count", "count(query)", "How many nodes a query selects.", "$.items[?count(@.*) == 3].sku"),
        jsonPath(
            "length", "length(value)",
            "The characters of a string, the elements of an array or the members of an object; nothing for other values.",
            "$.items[?length(@.sku) == 3].sku"),
        jsonPath(
            "match", "match(text, pattern)",
            "Whether the whole of a string fits a pattern (I-Regexp, RFC 9485); false for what is no string.",
            "$.items[?match(@.sku, 'p.*')].sku"),
        jsonPath(
            "search", "search(text, pattern)",
            "Whether any part of a string fits a pattern (I-Regexp, RFC 9485); false for what is no string.",
            "$.items[?search(@.sku, 'n')].sku"),
        jsonPath(
            "value", "value(query)",
            "The value of the one node that a query selects; nothing where it selects none or more.",
            "$.items[?value(@..price) > 10].sku"),
    ]

    private static func jsonPath(
        _ name: String, _ usage: String, _ summary: String, _ example: String
    ) -> LanguageFunction {
        LanguageFunction(
            language: .jsonPath, name: name, usage: usage, signature: nil, summary: summary, example: example)
    }
}
