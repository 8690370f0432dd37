import IntegrationCore
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("5s", 5.0, "5s"), ("2m30s", 150, "2m30s"), ("100ms", 0.1, "100ms"), ("14d", 1_209_600, "14d"),
        ("1.5h", 5400, "1h30m"), ("90s", 90, "1m30s"), ("0s", 0, "0s"), ("1d1ns", 86400.000000001, "1d1ns"),
    ])
    func `A duration with units is read, and written in its largest units`(text: String, seconds: Double, form: String)
    {
        let duration = Duration(configuration: text)
        #expect(duration.map { $0 / .seconds(1) } == seconds)
        #expect(duration?.configurationText == form)
    }

    @Test(arguments: ["", "5", "s", "5 s", "-5s", "5s2m", "5s5s", "1..5s", "1.s", ".5s", "5S", "999999999999d", "٣s"])
    func `A duration without a unit or out of order is refused`(text: String) {
        #expect(Duration(configuration: text) == nil)
    }

    @Test(arguments: [
        ("16KiB", 16384, "16KiB"), ("1MiB", 1 << 20, "1MiB"), ("1GiB", 1 << 30, "1GiB"), ("1kB", 1000, "1kB"),
        ("0B", 0, "0B"), ("1500B", 1500, "1500B"), ("2048kB", 2_048_000, "2000KiB"),
    ])
    func `A size with its unit is read and written back`(text: String, bytes: Int, form: String) {
        #expect(ByteCount(parsing: text)?.bytes == bytes)
        #expect(ByteCount(bytes).description == form)
        #expect(ByteCount(parsing: form)?.bytes == bytes)
    }

    @Test(arguments: ["", "5", "1K", "1KB", "1 MiB", "-1B", "1.5MiB", "9999999999TiB", "MiB"])
    func `A size that is ambiguous or too large is refused`(text: String) {
        #expect(ByteCount(parsing: text) == nil)
    }

    @Test(arguments: [
        ("no", ConfigurationScalar.Kind.string), ("yes", .string), ("on", .string), ("off", .string), ("y", .string),
        ("true", .bool), ("FALSE", .bool), ("tRue", .string), ("null", .null), ("~", .null), ("", .null),
        ("12", .int), ("-3", .int), ("+3", .int), ("0o17", .int), ("0x1F", .int), ("017", .int), ("0o8", .string),
        ("1_000", .string), ("1.5", .float), (".5", .float), ("1e3", .float), ("1.0.0", .string), ("1e", .string),
        (".", .string), ("-", .string), (".inf", .float), (".nan", .float), ("12:30:45", .string), ("0x", .string),
        ("2024-01-01", .string), ("NO", .string),
    ])
    func `A plain scalar means what the core schema of YAML 1.2 says`(text: String, kind: ConfigurationScalar.Kind) {
        #expect(ConfigurationScalar(text).kind == kind)
        #expect(ConfigurationScalar(text, isQuoted: true).kind == .string)
    }

    @Test func `Numbers have the value they were written with`() {
        #expect(ConfigurationScalar("0o17").integer == 15)
        #expect(ConfigurationScalar("0xFF").integer == 255)
        #expect(ConfigurationScalar("99999999999999999999").integer == nil)
        #expect(ConfigurationScalar("-.inf").number == -.infinity)
        #expect(ConfigurationScalar("+1.5e2").number == 150)
    }

    @Test func `A secret and the password in a URL never print`() throws {
        let url = try #require(URLValue("amqp://user:canary@host:5672/x"))
        #expect(url.description == "amqp://user:••••@host:5672/x")
        #expect(url.reveal() == "amqp://user:canary@host:5672/x")
        var dumped = ""
        dump([url], to: &dumped)
        dump([SecretString("canary")], to: &dumped)
        dumped += "\(SecretString("canary")) \(String(reflecting: SecretString("canary")))"
        #expect(!dumped.contains("canary"))
    }

    @Test(arguments: [
        (
            "postgres://u@db/x?sslmode=require&password=canary&sslpassword=canary",
            "postgres://u@db/x?sslmode=require&password=••••&sslpassword=••••"
        ), ("https://api/x?api_key=canary&page=2&sig=canary#top", "https://api/x?api_key=••••&page=2&sig=••••#top"),
        ("https://u:canary@api?access_token=canary", "https://u:••••@api?access_token=••••"),
        ("https://api/x?a&b=&keyword=k", "https://api/x?a&b=&keyword=k"), ("https://api/x?", "https://api/x?"),
    ])
    func `What stands in a query under the name of a secret does not print either`(text: String, safe: String) throws {
        #expect(try #require(URLValue(text)).description == safe)
    }

    @Test(arguments: ["localhost", "://x", "http://", "http://a b", "1http://x", "", "/path"])
    func `Text that is no absolute URL is refused`(text: String) {
        #expect(URLValue(text) == nil)
    }

    @Test func `A relative path is taken from the folder of the file that names it`() {
        #expect(PathValue("a/b", relativeTo: "conf").resolved == "conf/a/b")
        #expect(PathValue("/a", relativeTo: "conf").resolved == "/a")
        #expect(PathValue("a", relativeTo: ".").resolved == "a")
        #expect(SourceLocation(file: "conf/x.yaml", line: 1, column: 1).folder == "conf")
        #expect(SourceLocation(file: "x.yaml", line: 1, column: 1).folder == ".")
        #expect(SourceLocation(file: "/x.yaml", line: 1, column: 1).folder == "/")
    }

    @Test func `What was probably meant is found by how little it differs`() {
        #expect(Suggestion.nearest(to: "batch_sise", among: ["path", "batch_size"]) == "batch_size")
        #expect(Suggestion.nearest(to: "batch-size", among: ["batch_size"]) == "batch_size")
        #expect(Suggestion.nearest(to: "tpye", among: ["name", "type"]) == "type")
        #expect(Suggestion.nearest(to: "abc", among: ["xyz"]) == nil)
        #expect(Suggestion.nearest(to: "x", among: []) == nil)
    }
}
