import Foundation
import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct PrintingTests {
    @Test func `What is shown reads back as the same configuration`() throws {
        let text = """
            name: "no"
            templates:
              t:
                mapping:
                  a: "{{ $x }}"
                  b: ["1", 1, true, "true", null, "", " x", "a: b", "#c", "- d", [], {}]
                  "k: 1": "line\\nbreak \\" \\\\ ü"
                  e: "$${A}"
                  f: [[1, [2]], {g: [h]}]
            """
        let loaded = SampleCatalog.load(text)
        let shown = try #require(loaded.show())
        let again = SampleCatalog.load(shown)
        #expect(again.root == loaded.root, "\(shown)")
        #expect(loaded.show("templates.t.mapping.b.3") == "\"true\"\n")
        #expect(loaded.show("templates.x") == nil)
    }

    @Test(arguments: [
        #""a\u0085b""#, #""...""#, #""... x""#, #""a: \u0301""#, #""a \u0301#b""#, #""$${A}""#, #""{{\u0301 ${A}""#,
        #""\uFFFE""#, #""$${{$${{ b""#,
    ])
    func `A text is shown so that it reads back, as a value and as a key`(text: String) throws {
        for written in ["name: \(text)", "\(text): 1", "name:\n  - - \(text)"] {
            let loaded = SampleCatalog.load(written)
            let shown = try #require(loaded.show())
            #expect(SampleCatalog.load(shown).root == loaded.root, "\(shown)")
        }
    }

    @Test(arguments: ["1", "[]", "[1, {a: 2}]", "{a: {b: 3}}"])
    func `A key too long to stand without a question mark reads back`(value: String) throws {
        let loaded = SampleCatalog.load("? \(String(repeating: "k", count: 1100))\n: \(value)")
        let shown = try #require(loaded.show())
        #expect(SampleCatalog.load(shown).root == loaded.root, "\(shown)")
    }

    @Test func `Secrets are shown as dots, and only the password of a URL`() {
        let loaded = SampleCatalog.load(
            """
            connectors:
              api: {type: http, base_url: "https://u:p1@h", auth: {type: bearer, token: p2}}
            """)
        #expect(
            loaded.show("connectors.api") == """
                type: http
                base_url: https://u:••••@h
                auth:
                  type: bearer
                  token: ••••

                """)
    }

    @Test func `The JSON Schema is JSON and knows every section, type and field`() throws {
        let text = JSONSchemaWriter(catalog: SampleCatalog.catalog).schema()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(json["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        let properties = try #require(json["properties"] as? [String: Any])
        #expect(Set(properties.keys).isSuperset(of: ["flows", "connectors", "plugins", "queues", "storage", "grace"]))
        let definitions = try #require(json["definitions"] as? [String: Any])
        #expect(Set(definitions.keys).isSuperset(of: ["source", "destination", "step", "connector", "target"]))
        for word in ["visibility_timeout", "routing_key", "round_robin", "\"const\": \"rabbitmq\""] {
            #expect(text.contains(word), "\(word) is missing")
        }
    }

    @Test func `Docs show a type's fields, defaults and example`() throws {
        let reference = Reference(catalog: SampleCatalog.catalog)
        let docs = try #require(reference.docs("circuit breaker"))
        #expect(
            docs == """
                circuit breaker

                Stops asking a system that keeps failing; flows that need it pause meanwhile.

                  failure_ratio  (a number; default 0.5)
                      The share of failures within the window that opens the breaker.
                  minimum_requests  (a whole number; default 10)
                      With fewer requests in the window it stays closed.
                  window  (a duration such as `5s` or `2m30s`; default 30s)
                      What is looked back upon: the requests of so long a time.
                  window_requests  (a whole number)
                      Looks back upon the last so many requests instead.
                  slow_call  (a duration such as `5s` or `2m30s`)
                      A request that takes as long or longer counts as slow; without it none does.
                  slow_ratio  (a number; default 1.0)
                      The share of slow requests within the window that opens the breaker.
                  open_for  (a duration such as `5s` or `2m30s`; default 15s)
                      How long nothing is asked before a probe; twice as long each time that the probe fails. A
                      system that can't be reached at all is asked again after 1s, 2s, 4s, … up to this.
                  max_open_for  (a duration such as `5s` or `2m30s`; default 1m)
                      It is never open for longer than this, or `open_for` if that is more.
                  probes  (a whole number; default 1)
                      How many probes in a row must succeed before it closes again.
                  probe_timeout  (a duration such as `5s` or `2m30s`; default 30s)
                      How long a probe may keep others from trying.

                Example:
                  {failure_ratio: 0.5, window: 30s, slow_call: 2s, slow_ratio: 0.8, open_for: 15s}

                """)
        #expect(reference.docs("http source")?.contains("idempotency_key") == true)
        #expect(reference.docs("grpc")?.contains("grpc service  (not in this build)") == true)
        #expect(reference.docs("nothing of the kind") == nil)
        #expect(reference.suggestion(for: "cirquit breaker") == "circuit breaker")
    }

    @Test func `Every error code is explained`() throws {
        let reference = Reference(catalog: Catalog())
        #expect(
            reference.explain("ie1012") == """
                IE1012  Deprecated field

                The field still works and will be removed in a later version.

                Solution: Write what the message advises instead.

                """)
        for code in ErrorCode.all { #expect(reference.explain(code.id)?.contains(code.title) == true) }
        #expect(reference.explain("IE0000") == nil)
    }

    @Test func `Every example in a table is accepted by its table`() {
        var context = DecodingContext(catalog: SampleCatalog.catalog, connectorTypes: Self.connectorTypes)
        var checked = 0
        func check(_ table: FieldTable, ignoring: Set<String> = []) {
            guard !table.example.isEmpty else { return }
            checked += 1
            var diagnostics = Diagnostics()
            let environment = ConfigurationEnvironment(variables: ["CUSTOMER_API_TOKEN": "x", "RABBIT_PASSWORD": "x"])
            let node = YAMLReader.read(Array(table.example.utf8), file: table.name, diagnostics: &diagnostics)
            #expect(!diagnostics.hasErrors, "\(table.name): \(diagnostics.all.map(\.message))")
            _ = environment
            if let node { _ = table.decode(node, &context, ignoring: ignoring) }
        }
        for type in SampleCatalog.catalog.all { check(type.table, ignoring: ["type", "connector"]) }
        for table in [
            RootConfiguration.table, FlowConfiguration.table, RetryConfiguration.table, BackoffConfiguration.table,
            RateLimitConfiguration.table, CircuitBreakerConfiguration.table, BatchConfiguration.table,
            TLSConfiguration.table, CacheConfiguration.table, MonitoringConfiguration.table, QueueConfiguration.table,
            TemplateConfiguration.table, SchemaConfiguration.table, StorageConfiguration.table,
            AdminConfiguration.table, PluginDeclaration.table, ErrorHandlingConfiguration.table,
        ] { check(table) }
        let errors = context.diagnostics.sorted.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(errors.map { "\($0.span.location): \($0.message)" })")
        #expect(checked > 30)
    }

    private static let connectorTypes = [
        "rest-api": "http", "database": "postgres", "rabbitmq": "rabbitmq", "sensors": "mqtt", "inventory": "grpc",
        "s3": "s3", "sqs": "sqs",
    ]
}
