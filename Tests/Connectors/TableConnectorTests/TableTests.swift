import ConnectorTestSupport
import Glibc
import IntegrationCore
import IntegrationDocument
import IntegrationFormats
import Testing

@testable import TableConnector

@Suite struct TableTests {
    private let folder = TemporaryFolder()

    private func load(_ name: String, _ text: String, _ format: TableFormat, key: String = "id") throws -> TableFinder {
        try TableLookup(.file(path: folder.write(name, text), format), key: key).load(in: .quiet())
    }

    private func ndjson(_ text: String, key: String = "id") throws -> TableFinder {
        try load("table.ndjson", text, .records(NDJSONCodec()), key: key)
    }

    private func row(_ key: String, in finder: TableFinder) -> String? {
        var key = key
        let found: Document? = key.withUTF8 { key in finder.row(key).map { Document(copying: $0) } }
        return found?.json
    }

    private func mistake(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch let error as IntegrationError {
            return "\(error.code) \(error.path ?? "") \(error.message) \(error.causes.joined(separator: " "))"
        } catch {
            return "\(error)"
        }
    }

    @Test func `Rows are found by text and number, as they stand in the file`() throws {
        let finder = try ndjson(
            """
            {"id": "c1", "name": "Ann", "limit": 10.50}
            {"id": 7, "name": "Bob"}

            {"id": "e\\u0301t\\u00e9 \\"q\\"", "name": "Cem"}
            {"id": "", "name": "nobody"}
            {"id": "01234567890123456789", "name": "long"}
            """)
        #expect(finder.count == 5)
        #expect(row("c1", in: finder) == #"{"id":"c1","name":"Ann","limit":10.50}"#)
        #expect(row("7", in: finder) == #"{"id":7,"name":"Bob"}"#)
        #expect(row("e\u{301}t\u{e9} \"q\"", in: finder)?.contains("Cem") == true)
        #expect(row("", in: finder) == #"{"id":"","name":"nobody"}"#)
        #expect(row("01234567890123456789", in: finder)?.contains("long") == true)
        for missing in ["c", "c11", "7.0", "0123456789012345678", "\u{0}"] { #expect(row(missing, in: finder) == nil) }
    }

    @Test func `Every text of a row stands in the block, under one base`() throws {
        for finder in [
            try ndjson("{\"id\":\"a\",\"n\":{\"x\":[1,2.5,\"t\",null,true]}}\n"),
            try load("t.csv", "id,n\na,\"x\"\"y\"\n", .records(CSVCodec())),
            try load("t.json", "[{\"id\":\"a\",\"n\":[]}]", .json),
        ] {
            let arena = Arena()
            arena.attach(finder.block, as: 5)
            let view = try #require("a".utf8.withContiguousStorageIfAvailable { finder.row($0) } ?? nil)
            for step in 0..<view.word.extent where view.pointer[step].isString || view.pointer[step].isNumber {
                let word = view.pointer[step]
                #expect(word.base == Arena.sourceBase)
                #expect(word.offset + word.length <= finder.block.count)
            }
        }
    }

    @Test func `JSON holds an array of rows, or an object of rows by key; CSV has a header`() throws {
        let array = try load("t.json", #"[{"id":"a","n":1},{"id":2,"n":2}]"#, .json)
        #expect(row("a", in: array) == #"{"id":"a","n":1}"#)
        #expect(row("2", in: array) == #"{"id":2,"n":2}"#)
        let object = try load("t.json", #"{"a":{"n":1},"b":{"n":2,"id":"other"}}"#, .json)
        #expect(row("a", in: object) == #"{"n":1}"#)
        #expect(row("b", in: object) == #"{"n":2,"id":"other"}"#)
        #expect(row("other", in: object) == nil)
        let csv = try load("t.csv", "id;name\r\nc1;\"Ann; \"\"A\"\"\"\r\nc2;\r\n", .records(CSVCodec(delimiter: 0x3B)))
        #expect(row("c1", in: csv) == #"{"id":"c1","name":"Ann; \"A\""}"#)
        #expect(row("c2", in: csv) == #"{"id":"c2","name":""}"#)
    }

    @Test func `An empty table finds nothing`() throws {
        #expect(row("a", in: try ndjson("")) == nil)
        #expect(row("", in: try ndjson("\n\n")) == nil)
        #expect(try load("t.json", "[]", .json).count == 0)
        #expect(try load("t.json", "{}", .json).count == 0)
    }

    @Test(arguments: [
        ("{\"id\":1}\n{\"id\":2}\n{\"id\":3,\"na", "line 3"), ("{\"id\":1}\n\n{\"id\":}\n", "line 3"),
        ("{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n", "line 3: the key `1` stands twice it stands at line 1 already"),
        ("{\"id\":\"1\"}\n{\"id\":1}\n", "line 2: the key `1` stands twice"),
        ("{\"id\":1}\n{\"key\":2}\n", "line 2: a row has no `id`"),
        ("{\"id\":null}\n", "line 1: `id` of a row is neither text nor number"),
        ("{\"id\":[1]}\n", "line 1: `id` of a row is neither text nor number"),
        ("{\"id\":1}\n[2]\n", "line 2: a row is not an object"), ("7\n", "line 1: a row is not an object"),
        ("{\"id\":1,\"id\":2}\n", "line 1: the same key stands twice"),
    ])
    func `What is wrong in a file of rows is named with its line`(text: String, message: String) {
        let found = mistake { _ = try ndjson(text) }
        #expect(found.hasPrefix("IE5006") && found.contains(message), "\(found)")
    }

    @Test(arguments: [
        ("[\n{\"id\":1},\n{\"id\":1}]", "line 3: the key `1` stands twice"), ("[\n{\"id\":1},\n", "line 3"),
        ("{\"a\":{},\n\"b\":7}", "line 2: a row is not an object"), ("7", "a table is an array of rows"),
        ("{\"a\":{},\"a\":{}}", "the same key stands twice"), ("", "the text is empty"),
    ])
    func `What is wrong in a JSON table is named with its line`(text: String, message: String) {
        let found = mistake { _ = try load("t.json", text, .json) }
        #expect(found.hasPrefix("IE5006") && found.contains(message), "\(found)")
    }

    @Test func `A CSV table with too few fields in its last, half-written record is refused`() {
        let found = mistake { _ = try load("t.csv", "id,name\n1,Ann\n2", .records(CSVCodec())) }
        #expect(found.hasPrefix("IE5006 line 3"), "\(found)")
    }

    @Test func `What is no file, or too large for one JSON text, is refused`() {
        let lookup = { TableLookup(.file(path: $0, .json), key: "id") }
        #expect(mistake { _ = try lookup(folder.file("none")).load(in: .quiet()) }.hasPrefix("IE5001"))
        #expect(mistake { _ = try lookup(folder.path).load(in: .quiet()) }.hasPrefix("IE5005"))
        let large = folder.write("large.json", "[]")
        truncate(large, 17 << 20)
        #expect(mistake { _ = try lookup(large).load(in: .quiet()) }.contains("larger than 16 MiB"))
    }

    @Test func `Rows that are written in the configuration`() async throws {
        let lookup = TableLookup(.inline(#"[{"sku":"a","price":1.10}]"#), key: "sku")
        let answers = try await lookup.withFinder(in: .quiet()) { finder in
            try await finder.find([LookupKey("a"), LookupKey("b")])
        }
        guard case .found(let row) = answers[0], case .missing = answers[1] else {
            Issue.record("\(answers)")
            return
        }
        #expect(row.json == #"{"sku":"a","price":1.10}"#)
    }

    @Test func `Ten thousand rows are all found, and take little memory`() throws {
        let rows = (0..<10_000).map { #"{"id":"C\#($0)","name":"Customer \#($0)","tier":"gold","limit":\#($0)}"# }
        let text = rows.joined(separator: "\n") + "\n"
        let finder = try ndjson(text)
        #expect(finder.count == 10_000)
        #expect((0..<10_000).allSatisfy { row("C\($0)", in: finder) == rows[$0] })
        #expect((10_000..<20_000).allSatisfy { row("C\($0)", in: finder) == nil })
        // The text, nine words a row in chunks that double, and the index.
        #expect(finder.footprint < text.utf8.count + 3_000_000)
    }

    @Test func `Keys with the same hash are told apart`() throws {
        // Every key of one byte, and of two: long probe sequences in a small index.
        let keys = (0..<2_000).map { "\(String(UnicodeScalar(UInt8(0x21 + $0 % 90))))\($0 / 90)" }.filter {
            !$0.contains("\"") && !$0.contains("\\")
        }
        let finder = try ndjson(keys.map { "{\"id\":\"\($0)\",\"k\":\"\($0)\"}\n" }.joined())
        #expect(finder.count == keys.count)
        #expect(keys.allSatisfy { row($0, in: finder) == "{\"id\":\"\($0)\",\"k\":\"\($0)\"}" })
    }
}

@Suite struct TableConfigurationTests {
    private func decode(_ node: ConfigurationNode) -> (TableConfiguration?, [String]) {
        var context = DecodingContext()
        let configuration = context.speaking(of: "service `t`") { TableConfiguration.decode(node, &$0) }
        return (configuration, context.diagnostics.all.map(\.message))
    }

    @Test(arguments: [
        ("a.ndjson", TableConfiguration.Format.ndjson), ("a.JSONL", .ndjson), ("d/a.json", .json), ("a.b.csv", .csv),
    ])
    func `The format is what the suffix says`(path: String, format: TableConfiguration.Format) {
        #expect(decode(["path": .string(path), "key": "id"]).0?.format == format)
    }

    @Test(
        arguments: [
            (["path": "a.txt", "key": "id"], "`format` is missing in service `t`"),
            (["path": "a.ndjson"], "`key` is missing in service `t`"), (["key": "id"], "needs `path` or `inline`"),
            (["path": "a.json", "inline": [], "key": "id"], "only one of `path` or `inline`"),
            (["inline": [], "format": "json", "key": "id"], "`format` in service `t` has no meaning with `inline`"),
            (["inline": "rows", "key": "id"], "must be a list of rows or a mapping of rows by key"),
            (["path": "a.json", "delimiter": ";", "key": "id"], "`delimiter` in service `t` has a meaning only"),
        ] as [(ConfigurationNode, String)])
    func `Mistakes are found`(node: ConfigurationNode, message: String) {
        let (configuration, mistakes) = decode(node)
        #expect(configuration == nil)
        #expect(mistakes.count == 1 && mistakes[0].contains(message), "\(mistakes)")
    }

    @Test func `Inline rows keep their numbers`() throws {
        let (configuration, mistakes) = decode([
            "inline": ["a": ["price": .plain("1.10")], "b": ["price": 2]], "key": "sku",
        ])
        #expect(mistakes.isEmpty)
        let rows = try #require(configuration?.inline)
        let finder = try TableLookup(.inline(rows.json), key: "sku").load(in: .quiet())
        var key = "a"
        let json = key.withUTF8 { key in finder.row(key).map { Document(copying: $0) } }?.json
        #expect(json == #"{"price":1.10}"#)
    }

    @Test func `The catalog makes it`() {
        var catalog = Catalog()
        TableConfiguration.register(in: &catalog)
        #expect(catalog.makers.lookups["table"] != nil)
    }
}
