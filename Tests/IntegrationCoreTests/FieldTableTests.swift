import IntegrationCore
import Testing

struct SampleAuth: Configurable {
    static let user = Field<String>.required("user", .string, "Who.")
    static let password = Field<SecretString>.required("password", .secret, "Proof.")
    static let table = FieldTable(
        "basic", summary: "Name and password.", fields: [user, password])

    let user: String
    let password: SecretString

    init(_ fields: DecodedFields) {
        user = fields[Self.user]
        password = fields[Self.password]
    }
}

struct SampleSource: Configurable {
    enum Format: String, CaseIterable { case lines, ndjson }

    static let path = Field<PathValue>.required("path", .path, "The file to read.")
    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...100_000), 100, "Lines at most.")
    static let interval = Field<Duration>.defaulted("poll_interval", .duration, .seconds(1), "How often to look.")
    static let buffer = Field<ByteCount>.defaulted("buffer", .size, .kibibytes(64), "Read ahead.")
    static let format = Field<Format>.defaulted("format", .choice, .ndjson, "How to cut.")
    static let key = Field<ExpressionText?>.optional("key", .expression, "What to order by.")
    static let follow = Field<Bool>.defaulted("follow", .bool, false, "Wait for more.")
    static let auth = Field<SampleAuth?>.optional("auth", .table, "Who reads.")
    static let tags = Field<[String]>.defaulted("tags", .list(of: .string), [], "Words.")
    static let rows = Field<Int?>.optional("rows", .int(), "The old name.").deprecated("write `batch_size`")
    static let table = FieldTable(
        "file source", summary: "Reads a file.",
        fields: [
            path, batchSize, interval, buffer, format,
            key, follow, auth, tags, rows,
        ],
        rules: [FieldTable.field("follow", needs: "poll_interval")])

    let path: PathValue
    let batchSize: Int
    let key: ExpressionText?
    let auth: SampleAuth?
    let format: Format

    init(_ fields: DecodedFields) {
        path = fields[Self.path]
        batchSize = fields[Self.batchSize]
        key = fields[Self.key]
        auth = fields[Self.auth]
        format = fields[Self.format]
    }
}

@Suite struct FieldTableTests {
    private func mistakes(_ node: ConfigurationNode) -> [String] {
        var context = DecodingContext()
        _ = context.speaking(of: "the file source of flow `f`") { SampleSource.decode(node, &$0) }
        return context.diagnostics.all.map {
            "\($0.severity.rawValue) \($0.code): \($0.message)" + ($0.help.map { " | \($0)" } ?? "")
        }
    }

    @Test func `A mapping with every field right becomes the Swift type`() throws {
        var context = DecodingContext()
        let node: ConfigurationNode = [
            "path": "in.ndjson", "batch_size": 500, "format": "lines", "key": "customer.id",
            "auth": ["user": "u", "password": "p"],
        ]
        let source = try #require(SampleSource.decode(node, &context))
        #expect(source.path.text == "in.ndjson")
        #expect(source.batchSize == 500)
        #expect(source.format == .lines)
        #expect(source.key == "customer.id")
        #expect(source.auth?.password.reveal() == "p")
        #expect("\(source)".contains("••••"))
        #expect(context.diagnostics.all.isEmpty)
    }

    @Test func `What is not written has its default, and what is optional is nil`() throws {
        var context = DecodingContext()
        let source = try #require(SampleSource.decode(["path": "x"], &context))
        #expect(source.batchSize == 100)
        #expect(source.key == nil)
        #expect(source.auth == nil)
    }

    @Test(
        arguments: [
            (
                ["path": "x", "batch_sise": 1],
                "error IE1004: unknown field `batch_sise` in the file source of flow `f` | did you mean `batch_size`?"
            ),
            (
                ["path": "x", "wholly_else": 1],
                """
                error IE1004: unknown field `wholly_else` in the file source of flow `f` | known here: auth, batch_size, \
                buffer, follow, format, key, path, poll_interval, tags
                """
            ),
            ([:], "error IE1005: `path` is missing in the file source of flow `f` | it is a path"),
            (
                ["path": "x", "batch_size": "many"],
                """
                error IE1006: `batch_size` in the file source of flow `f` must be a whole number, not the text `many`
                """
            ),
            (
                ["path": "x", "batch_size": "12"],
                """
                error IE1006: `batch_size` in the file source of flow `f` must be a whole number, not the text `12` \
                | write it without quotes
                """
            ),
            (
                ["path": "x", "batch_size": 0],
                "error IE1007: `batch_size` in the file source of flow `f` is 0; it must be from 1 to 100000"
            ),
            (
                ["path": "x", "format": "line"],
                """
                error IE1008: `format` in the file source of flow `f` must be `lines` or `ndjson`, not `line` \
                | did you mean `lines`?
                """
            ),
            (
                ["path": "x", "poll_interval": 5],
                """
                error IE1009: `poll_interval` in the file source of flow `f` is a duration and needs a unit \
                | write `5s` (units: d, h, m, s, ms)
                """
            ),
            (
                ["path": "x", "buffer": 1_048_576],
                """
                error IE1009: `buffer` in the file source of flow `f` is a size and needs a unit \
                | write `1MiB` (units: B, kB, MB, GB, KiB, MiB, GiB)
                """
            ),
            (
                ["path": "x", "buffer": "64K"],
                """
                error IE1010: `buffer` in the file source of flow `f` must be a size, not the text `64K` \
                | write `64KiB` (powers of 1024) or `64kB` (powers of 1000)
                """
            ),
            (
                ["path": "x", "poll_interval": "5 s"],
                "error IE1010: `poll_interval` in the file source of flow `f` must be a duration without blanks | write `5s`"
            ),
            (
                ["path": "x", "follow": "yes", "poll_interval": "5s"],
                """
                error IE1006: `follow` in the file source of flow `f` must be `true` or `false`, not the text `yes` \
                | write `true` (in YAML 1.2, `yes` is a string here)
                """
            ),
            (
                ["path": "x", "follow": true],
                """
                error IE1005: `follow` in the file source of flow `f` needs `poll_interval` beside it \
                | add `poll_interval: …`
                """
            ),
            (
                ["path": "x", "auth": ["user": "u"]],
                "error IE1005: `password` is missing in `auth` of the file source of flow `f` | it is a string (a secret)"
            ),
            (
                ["path": "x", "tags": ["a", ["b"]]],
                "error IE1006: `tags[1]` in the file source of flow `f` must be a string, not a list"
            ),
            (
                ["path": "x", "rows": 5],
                "warning IE1012: `rows` in the file source of flow `f` is deprecated | write `batch_size`"
            ),
        ] as [(ConfigurationNode, String)])
    func `Each mistake is named with what to write instead`(node: ConfigurationNode, expected: String) {
        #expect(mistakes(node) == [expected])
    }

    @Test func `All mistakes of a mapping are reported at once`() {
        #expect(mistakes(["batch_size": -1, "poll_interval": 5, "format": 7, "x": 1]).count == 5)
    }

    @Test func `A wrong secret is not shown in the message`() {
        let all = mistakes(["path": "x", "auth": ["user": "u", "password": ["canary-1"], "pasword": "canary-2"]])
        #expect(all.count == 2)
        #expect(!all.joined().contains("canary"))
    }
}
