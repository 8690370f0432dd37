import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct MistakeTests {
    @Test func `A file with many different mistakes is reported whole, at once, in reading order`() {
        let text = """
            version: 2
            nmae: shop
            connectors:
              api:
                type: htpp
              db:
                type: postgres
                pool: {min_connections: 30}
            queues:
              orders: {max_bytes: 1048576}
              orders: {}
            flows:
              order-sync:
                source:
                  type: queue
                  name: orders
                  batch_sise: 100
                  poll_interval: 5
                steps:
                  - validat: order-schema
                  - {name: v, type: validate, config: {}, timeout: soon}
                destination: order
                error_handling: {type: retry, retry: {max_attempts: 0}}
                monitoring: {metrics: yes}
              empty: {destination: {type: drop}}
            storage: {path: ./data, durability: ful}
            admin: {listen: 7780}
            """
        #expect(
            SampleCatalog.load(text).report() == """
                error[IE1007]: `version` is 2; it must be from 1 to 1
                 --> integration.yaml:1:10
                1 | version: 2
                  |          ^

                error[IE1004]: unknown field `nmae` in the configuration
                 --> integration.yaml:2:1
                2 | nmae: shop
                  | ^^^^ did you mean `name`?

                error[IE1040]: unknown connector type `htpp` in connector `api`
                 --> integration.yaml:5:11
                5 |     type: htpp
                  |           ^^^^ did you mean `http`?

                error[IE1005]: `url` is missing in connector `db`
                 --> integration.yaml:6:3
                6 |   db:
                  |   ^^ it is a URL like `postgres://…` or `postgresql://…`

                error[IE1011]: `min_connections` is larger than `max_connections` in `pool` of connector `db`
                 --> integration.yaml:8:29
                8 |     pool: {min_connections: 30}
                  |                             ^^ at most 10

                error[IE1009]: `max_bytes` in `queues.orders` is a size and needs a unit
                  --> integration.yaml:10:23
                10 |   orders: {max_bytes: 1048576}
                   |                       ^^^^^^^ write `1MiB` (units: B, kB, MB, GB, KiB, MiB, GiB)

                error[IE1002]: the key `orders` stands twice in this mapping
                  --> integration.yaml:11:3
                11 |   orders: {}
                   |   ^^^^^^ first at integration.yaml:10:3

                error[IE1004]: unknown field `batch_sise` in the queue source of flow `order-sync`
                  --> integration.yaml:17:7
                17 |       batch_sise: 100
                   |       ^^^^^^^^^^ did you mean `batch_size`?

                error[IE1009]: `poll_interval` in the queue source of flow `order-sync` is a duration and needs a unit
                  --> integration.yaml:18:22
                18 |       poll_interval: 5
                   |                      ^ write `5s` (units: d, h, m, s, ms)

                error[IE1040]: unknown step type `validat` in step `validat` of flow `order-sync`
                  --> integration.yaml:20:9
                20 |       - validat: order-schema
                   |         ^^^^^^^ did you mean `validate`?

                error[IE1005]: `schema` is missing in step `v` of flow `order-sync`
                  --> integration.yaml:21:35
                21 |       - {name: v, type: validate, config: {}, timeout: soon}
                   |                                   ^^^^^^ it is the name of a schema

                error[IE1010]: `timeout` in step `v` of flow `order-sync` must be a duration, not the text `soon`
                  --> integration.yaml:21:56
                21 |       - {name: v, type: validate, config: {}, timeout: soon}
                   |                                                        ^^^^ write a number with d, h, m, s or ms, larger \
                units first: `5s`, `2m30s`

                error[IE1051]: there is no queue, flow, destination or connector named `order`
                  --> integration.yaml:22:18
                22 |     destination: order
                   |                  ^^^^^ did you mean `orders`?

                error[IE1008]: `type` in `error_handling` of flow `order-sync` must be `retry_then_dlq`, `dlq`, \
                `retry_then_stop` or `retry_then_drop`, not `retry`
                  --> integration.yaml:23:28
                23 |     error_handling: {type: retry, retry: {max_attempts: 0}}
                   |                            ^^^^^

                error[IE1007]: `max_attempts` in `error_handling.retry` of flow `order-sync` is 0; it must be from 1 to 1000
                  --> integration.yaml:23:57
                23 |     error_handling: {type: retry, retry: {max_attempts: 0}}
                   |                                                         ^

                error[IE1006]: `metrics` in `monitoring` of flow `order-sync` must be `true` or `false`, not the text `yes`
                  --> integration.yaml:24:27
                24 |     monitoring: {metrics: yes}
                   |                           ^^^ write `true` (in YAML 1.2, `yes` is a string here)

                error[IE1054]: flow `empty` has no source
                  --> integration.yaml:25:3
                25 |   empty: {destination: {type: drop}}
                   |   ^^^^^ add `source: {type: …}`

                error[IE1008]: `durability` in `storage` must be `full`, `os` or `none`, not `ful`
                  --> integration.yaml:26:37
                26 | storage: {path: ./data, durability: ful}
                   |                                     ^^^ did you mean `full`?

                error[IE1010]: `listen` in `admin` must be an address with a port, such as `127.0.0.1:8080`
                  --> integration.yaml:27:17
                27 | admin: {listen: 7780}
                   |                 ^^^^

                """)
    }

    @Test func `A mistake in an expression or a path is shown at the character where it starts`() {
        var loader = SampleCatalog.loader()
        loader.catalog.languages.checks[.mapping] = { text, _ in
            text.contains("[") ? [LanguageChecks.Mistake("`[` is not closed", offset: 3, help: "close it")] : []
        }
        loader.catalog.languages.checks[.expression] = { text, _ in
            text.hasSuffix("=") ? [LanguageChecks.Mistake("a value is missing", offset: 2)] : []
        }
        let loaded = loader.load(
            text: """
                storage: {path: d}
                templates:
                  t:
                    mapping:
                      a:
                        - b: $.c[*
                flows:
                  f:
                    source: {type: file, path: x}
                    steps:
                      - route:
                          routes: [{condition: a =, destination: {type: drop}}]
                """)
        #expect(
            loaded.report() == """
                error[IE1010]: `b` in `templates.t.mapping.a[0]`: `[` is not closed
                 --> integration.yaml:6:17
                6 |         - b: $.c[*
                  |                 ^ close it

                error[IE1010]: `condition` in `routes[0]` of step `route` of flow `f`: a value is missing
                  --> integration.yaml:12:34
                12 |           routes: [{condition: a =, destination: {type: drop}}]
                   |                                  ^

                """)
    }

    @Test func `A file with ten thousand mistakes is answered in time, with the first thousand`() {
        let clock = ContinuousClock()
        let start = clock.now
        let text = (0..<10_000).map { "key\($0): 1\n" }.joined()
        let report = SampleCatalog.load(text).report()
        #expect(report.hasSuffix("\n… and 9000 more\n"))
        let twice = SampleCatalog.load(String(repeating: "a: 1\n", count: 10_000)).report()
        #expect(twice.hasSuffix(" more\n"))
        let queues = (0..<5_000).map { "q\($0)x: {}" }.joined(separator: ", ")
        let routes = (0..<5_000).map { "{condition: a, destination: r\($0)y}" }.joined(separator: ", ")
        let many = SampleCatalog.load(
            """
            storage: {path: d}
            queues: {\(queues)}
            flows: {f: {source: {type: file, path: x}, steps: [{route: {routes: [\(routes)]}}]}}
            """)
        #expect(many.document?.queues.count == 10_000)
        #expect(many.diagnostics.omitted == 4_000)
        #expect(clock.now - start < .seconds(30))
    }
}
