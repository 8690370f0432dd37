import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct SchemaVersionTests {
    private func load(_ schemas: String, steps: String = "validate: order") -> LoadedConfiguration {
        SampleCatalog.load(
            """
            schemas:
              \(schemas)
            flows:
              f: {source: {type: file, path: a}, steps: [{\(steps)}], destination: {type: drop}}
            storage: {path: ./data}
            """)
    }

    private func names(_ versions: String, _ rest: String = "") throws -> SchemaConfiguration {
        let loaded = load("order: {versions: {\(versions)}\(rest)}")
        return try #require(loaded.document?.schemas.first?.value, "\(loaded.report())")
    }

    @Test(
        "The latest version is the highest, unless it is named",
        arguments: [
            ("1: a, 2: b, 10: c, 9: d", "", "10"), ("1.2: a, '1.10': b, '1.9.9': c", "", "1.10"),
            ("1: a, 1.1: b", "", "1.1"),
            ("2026-01: a, 2026-02: b", "", "2026-02"), ("a: x, b: y", "", "b"), ("1a: x, 2: y, 10: z", "", "1a"),
            ("10: z, 1a: x, 2: y", "", "1a"),
            ("1..2: x, 1.2: y", "", "1..2"), ("1.2: y, 1..2: x", "", "1..2"), ("1: a, 2: b", ", latest: 1", "1"),
        ])
    func latest(_ versions: String, _ rest: String, _ expected: String) throws {
        #expect(try names(versions, rest).latest == expected)
    }

    @Test("A version, the latest and the bare name can be named")
    func known() {
        for name in ["order", "order@latest", "order@1", "order@2"] {
            #expect(load("order: {versions: {1: a.json, 2: b.json}}", steps: "validate: \(name)").document != nil)
        }
        for name in ["order", "order@latest"] {
            #expect(load("order: {path: a.json}", steps: "validate: \(name)").document != nil)
        }
    }

    @Test("A version that there is not is an error that lists those there are")
    func unknown() {
        #expect(
            load("order: {versions: {1: a.json, 2: b.json}}", steps: "validate: order@3").report() == """
                error[IE1051]: the schema `order` has no version `3`
                 --> integration.yaml:4:57
                4 |   f: {source: {type: file, path: a}, steps: [{validate: order@3}], destination: {type: drop}}
                  |                                                         ^^^^^^^ there is `order@1` or `order@2`, and `order@latest`

                """)
        let plain = load("order: {path: a.json}", steps: "validate: order@3").report()
        #expect(
            plain.contains("it has no versions: write `order`, or declare them: schemas: {order: {versions: {3: …}}}"))
    }

    @Test("A name that is nearly one is offered, without versions that nobody asked for")
    func near() {
        let report = load("order: {versions: {1: a.json}}", steps: "validate: ordr").report()
        #expect(report.contains("did you mean `order`?"))
        #expect(!report.contains("@"))
        #expect(
            load("order: {versions: {1: a.json}}", steps: "validate: ordr@1").report().contains(
                "did you mean `order@1`?"))
    }

    @Test(
        "Mistakes in the declaration are told with their place",
        arguments: [
            ("order: {versions: {}}", "needs at least one version"),
            ("order: {versions: {latest: a.json}}", "can't be named `latest`"),
            ("order: {versions: {'1@2': a.json}}", "can't be named `1@2`"),
            (
                "order: {versions: {1: a.json}, latest: 2}",
                "`latest` in `schemas.order` is `2`, which is none of its versions"
            ),
            ("order: {versions: {1: a.json}, path: b.json}", "takes only one of `path` or `versions`"),
            ("order: {path: b.json, latest: 1}", "needs `versions` beside it"),
            ("order: {}", "needs `path`, `schema` or `versions`"),
            ("order: {versions: {1: {path: a, schema: {}}}}", "takes only one of `path` or `schema`"),
        ])
    func mistakes(_ schemas: String, _ expected: String) {
        let report = load(schemas).report()
        #expect(report.contains(expected), "\(report)")
        #expect(report.contains("integration.yaml:2:"), "\(report)")
    }

    @Test("A flow has changed when a schema that it may refer to has, under whatever version it names its own")
    func fingerprints() throws {
        func prints(_ other: String) throws -> ConfigurationFingerprints {
            ConfigurationFingerprints(
                try #require(
                    load("{order: {versions: {1: a}}, other: {schema: \(other)}}", steps: "validate: order@1").root))
        }
        #expect(try prints("{type: string}").unchangedFlows(since: prints("{type: string}")) == ["f"])
        #expect(try prints("{type: string}").unchangedFlows(since: prints("{type: number}")).isEmpty)
    }
}
