import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct YAMLReaderTests {
    private func read(_ text: String) -> (ConfigurationNode?, String) {
        var diagnostics = Diagnostics()
        let node = YAMLReader.read(Array(text.utf8), file: "f.yaml", diagnostics: &diagnostics)
        let renderer = DiagnosticRenderer(files: ["f.yaml": text], secretSpans: diagnostics.secretSpans)
        return (node, renderer.render(diagnostics))
    }

    @Test func `Values keep their order, their place and their YAML 1.2 meaning`() throws {
        let (node, words) = read("b: 1\na:\n  - no\n  - \"x\"\n  - {k: 0o17}\n# ü\nü: yes\n")
        #expect(words == "")
        let root = try #require(node)
        #expect(root == ["b": 1, "a": ["no", "x", ["k": .plain("0o17")]], "ü": "yes"])
        #expect(root.mapping?.keys == ["b", "a", "ü"])
        #expect(root["a"]?.elements?[0].scalar?.kind == .string)
        #expect(root["a"]?.elements?[0].location.description == "f.yaml:3:5")
        #expect(root["a"]?.elements?[2]["k"]?.location.description == "f.yaml:5:9")
        #expect(root["ü"]?.span == SourceSpan(SourceLocation(file: "f.yaml", line: 7, column: 4), length: 3))
    }

    @Test func `An empty file is an empty mapping`() {
        #expect(read("").0 == .mapping([]))
        #expect(read("# nothing\n").0 == .mapping([]))
        #expect(read("---\n...\n").0 == .mapping([]))
    }

    @Test func `A key that stands twice is an error that names both places`() {
        #expect(
            read("a: 1\nb: 2\na: 3\n").1 == """
                error[IE1002]: the key `a` stands twice in this mapping
                 --> f.yaml:3:1
                3 | a: 3
                  | ^ first at f.yaml:1:1

                """)
    }

    @Test(arguments: [
        ("a: 1\n\tb: 2\n", "IE1001", "2:1", "indent with spaces"),
        ("a:\n  b: 1\n c: 2\n", "IE1001", "3:2", "one column"),
        ("a: b: c\n", "IE1001", "1:5", "quotes around a value that contains `: `"),
        ("a: \"x\n", "IE1001", "1:4", "close the quote"),
        ("a: [1, 2\n", "IE1001", "1:4", "close it with `]`"),
        ("a: {b: 1\n", "IE1001", "1:4", "close it with `}`"),
        ("a: @x\n", "IE1001", "1:4", "quotes around the value"),
        ("a: *x\n", "IE1001", "1:4", "`*`"),
        ("a: *\n", "IE1001", "1:", "starts with `*`"),
        ("a: &x [*x]\n", "IE1001", "1:8", "`*`"),
        ("a: \"\\q\"\n", "IE1001", "1:5", "backslash"),
        ("a: !thing x\n", "IE1013", "1:4", "remove it"),
        ("a: !!python/object:os.system x\n", "IE1013", "1:4", "remove it"),
        ("a: &b {c: 1}\nd: {<<: *b}\n", "IE1013", "2:5", "write the fields out"),
        ("a: {{ $.x }}\n", "IE1013", "1:5", "\"{{ … }}\""),
        ("? [a]\n: 1\n", "IE1013", "1:3", "as text"),
        ("a: 1\n---\nb: 2\n", "IE1013", "2:1", "a file of its own"),
        ("a: \u{1}\n", "IE1014", "1:4", "U+0001"),
        ("a: \"\u{2028}\"\n", "IE1014", "1:5", "U+2028"),
    ])
    func `What is not accepted has a code, a place and a helpful word`(
        text: String, code: String, place: String, help: String
    ) {
        let (node, words) = read(text)
        #expect(node == nil)
        #expect(words.contains("[\(code)]"), "\(words)")
        #expect(words.contains("f.yaml:\(place)"), "\(words)")
        #expect(words.contains(help), "\(words)")
    }

    @Test func `Bytes that are no UTF-8 are shown with their place`() {
        var diagnostics = Diagnostics()
        let bytes = Array("a: 1\nb: ü".utf8) + [0xFF]
        #expect(YAMLReader.read(bytes, file: "f.yaml", diagnostics: &diagnostics) == nil)
        #expect(diagnostics.all.map(\.message) == ["the byte 0xFF is not UTF-8"])
        #expect(diagnostics.all.first?.span.location.description == "f.yaml:2:5")
    }

    @Test func `The tags of the core schema are obeyed`() {
        #expect(read("a: !!str 5\nb: !!int \"7\"\n").0 == ["a": "5", "b": 7])
        #expect(read("a: !!int x\n").0 == nil)
    }

    @Test(arguments: ["[", "- ", "{a: ", "[{a: "])
    func `Twenty thousand levels of nesting are refused at once`(opening: String) {
        let clock = ContinuousClock()
        let start = clock.now
        let (node, words) = read(String(repeating: opening, count: 20_000))
        #expect(node == nil)
        #expect(words.contains("[IE1003]: more than 100 levels of nesting"), "\(words.prefix(300))")
        #expect(clock.now - start < .seconds(1))
    }

    @Test func `A hundred levels are still read`() {
        let (node, words) = read(String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
        #expect(node != nil, "\(words)")
    }

    @Test func `A bomb of aliases is refused at once`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        let clock = ContinuousClock()
        let start = clock.now
        let (node, words) = read(text)
        #expect(node == nil)
        #expect(words.contains("[IE1003]: the aliases of this file stand for more than 10000 values"), "\(words)")
        #expect(clock.now - start < .seconds(1))
    }

    @Test func `Nesting by way of aliases counts as nesting`() {
        var text = "a0: &a0 []\n"
        for level in 1...99 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        let words = read(text).1
        #expect(words.contains("[IE1003]"), "\(words)")
    }

    @Test func `A modest use of anchors is fine`() {
        #expect(read("a: &x {k: 1}\nb: *x\n").0 == ["a": ["k": 1], "b": ["k": 1]])
    }

    @Test func `A file beyond its limit is refused unread`() {
        var diagnostics = Diagnostics()
        var limits = YAMLLimits()
        limits.bytes = 10
        let bytes = Array("a: 1234567890".utf8)
        #expect(YAMLReader.read(bytes, file: "f", limits: limits, diagnostics: &diagnostics) == nil)
        #expect(diagnostics.all.first?.code == .configurationLimit)
    }
}
