import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct NameTests {
    private func remarks(_ text: String) -> [String] {
        SampleCatalog.load("storage: {path: d}\n" + text).diagnostics.sorted.map {
            "\($0.severity) \($0.code): \($0.message)" + ($0.help.map { " | \($0)" } ?? "")
        }
    }

    @Test func `A name that means two things is an error that names both`() {
        #expect(
            remarks(
                """
                queues: {orders: {}}
                destinations: {orders: {type: drop}}
                flows:
                  f: {source: {type: file, path: x}, destination: orders}
                """) == [
                    """
                    error IE1050: `orders` is a queue (integration.yaml:2:10) and a destination \
                    (integration.yaml:3:16) | write `queue:orders` or `destination:orders`
                    """
                ])
    }

    @Test func `A qualified name decides`() throws {
        let loaded = SampleCatalog.load(
            """
            queues: {orders: {}}
            destinations: {orders: {type: drop}}
            flows:
              f: {source: {type: file, path: x}, destination: "queue:orders"}
            """)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        guard case .named(let reference)? = loaded.document?.flows.first?.value.destination else {
            Issue.record("no named destination")
            return
        }
        #expect(loaded.document?.names.resolve(reference) == .queue)
    }

    @Test func `A queue that a source, a dlq or a route names is created, once, and others may then use it`() {
        let loaded = SampleCatalog.load(
            """
            storage: {path: d}
            flows:
              a: {source: {type: file, path: x}, destination: orders}
              b: {source: {queue: orders}, destination: {type: drop}, error_handling: {dlq: dead}}
              c: {source: {queue: orders}, steps: [{route: {routes: [{condition: a, destination: high}]}}]}
            """)
        #expect(!loaded.diagnostics.blocksRun, "\(loaded.report())")
        #expect(loaded.diagnostics.all.map(\.code) == [.implicitQueue, .implicitQueue, .implicitQueue])
        #expect(loaded.document?.queues.map(\.name) == ["orders", "dead", "high"])
    }

    @Test func `A flow's destination that nothing bears is an error`() {
        #expect(
            remarks("flows: {f: {source: {type: file, path: x}, destination: nowhere}}") == [
                """
                error IE1051: there is no queue, flow, destination or connector named `nowhere` \
                | declare it under `queues:`
                """
            ])
    }

    @Test func `A queue source cannot read what is no queue`() {
        #expect(
            remarks(
                """
                destinations: {orders: {type: drop}}
                flows: {f: {source: {type: queue, name: orders}, destination: {type: drop}}}
                """) == [
                    """
                    error IE1051: `name` in the queue source of flow `f` must be the name of a queue; `orders` is a \
                    destination | declared at integration.yaml:2:16
                    """
                ])
    }

    @Test func `A misspelt template is an error, an undeclared one may stand in another file`() {
        let head = "templates: {order-template: {mapping: {}}}\nflows: {f: {source: {type: file, path: x}, "
        #expect(
            remarks(head + "destination: {type: drop}, steps: [transform: order-templte]}}") == [
                "error IE1051: there is no template named `order-templte` | did you mean `order-template`?"
            ])
        #expect(
            remarks(head + "destination: {type: drop}, steps: [transform: other]}}") == [
                "warning IE1051: there is no template named `other` | declare it under `templates:`"
            ])
    }

    @Test func `A destination through a connector has the options of that connector's type`() {
        let text = """
            connectors:
              rabbit: {type: rabbitmq, url: amqp://localhost}
            flows:
              f:
                source: {type: file, path: x}
                destination: {connector: rabbit, exchnge: orders, routing_key: k}
            """
        #expect(
            remarks(text).filter { $0.hasPrefix("error") } == [
                "error IE1004: unknown field `exchnge` in the rabbitmq destination of flow `f` | did you mean `exchange`?"
            ])
    }

    @Test func `A connector that is not declared and a type that does not fit are errors`() {
        let flow = "flows: {f: {source: {type: file, path: x}, destination: "
        #expect(
            remarks(flow + "{connector: none, x: 1}}}") == [
                "error IE1051: there is no connector named `none` | declare it under `connectors:`"
            ])
        let connectors = "connectors: {api: {type: http, base_url: http://x}}\n"
        #expect(
            remarks(connectors + flow + "{connector: api, type: postgres, statement: x}}}").filter {
                $0.hasPrefix("error")
            }
                == [
                    """
                    error IE1011: connector `api` is of type `http` and offers no postgres destination | leave `type` \
                    out, or write `type: http`
                    """
                ])
    }

    @Test func `A type of another kind is explained`() {
        #expect(
            remarks("flows: {f: {source: {type: drop}, destination: {type: drop}}}").first?.hasPrefix(
                """
                error IE1040: unknown source type `drop` in `source` of flow `f` | `drop` is a destination; known here: \
                file, queue
                """) == true)
    }

    @Test func `Connection options may stand in the endpoint itself`() throws {
        let loaded = SampleCatalog.load(
            """
            flows:
              f:
                source: {type: file, path: x, batch: {count: 7}}
                destination: {type: http, base_url: "http://x", path: /a, timeout: 5s}
            """)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        guard case .inline(let endpoint)? = loaded.document?.flows.first?.value.destination,
            case .inline(let connection)? = endpoint.connection
        else {
            Issue.record("no inline connection")
            return
        }
        #expect(connection.fields[ConnectorFields.timeout] == .seconds(5))
        #expect(loaded.document?.flows.first?.value.sources.first?.batch?.count == 7)
    }

    @Test func `A connector of an unknown type is reported once, where it is declared`() {
        let text =
            "connectors: {c: {type: htpp}}\nflows: {f: {source: {type: file, path: x}, destination: {connector: c}}}"
        #expect(remarks(text).map { $0.prefix(13) } == ["error IE1040:"])
    }

    @Test func `A service that only its plugin knows cannot be used as a destination`() {
        let text = """
            plugins: {p: {path: ./p, services: {own: {a: 1}}}}
            flows: {f: {source: {type: file, path: x}, destination: {connector: own}}}
            """
        #expect(remarks(text) == ["error IE1040: `own` is of a type `own` that offers no destination"])
    }

    @Test func `A flow with nothing in it has no source and no destination`() {
        #expect(remarks("flows: {f: }").map { $0.prefix(15) } == ["error IE1054: f", "warning IE1053:"])
        #expect(remarks("flows: {f: 1}").map { $0.prefix(15) } == ["error IE1006: f"])
    }

    @Test func `Flows that call each other in a circle are found`() {
        let text = """
            flows:
              a: {source: {type: file, path: x}, destination: {call: b}}
              b: {source: {type: file, path: x}, destination: {call: c}}
              c: {source: {type: file, path: x}, destination: {call: a}}
            """
        #expect(
            remarks(text) == [
                """
                error IE1058: flows call each other in a circle: `a` → `b` → `c` → `a` \
                | hand over through a queue: `destination: a`
                """
            ])
    }

    @Test func `Steps in the short form have a name of their own`() {
        let loaded = SampleCatalog.load(
            """
            templates: {t: {mapping: {}}}
            flows:
              f:
                source: {type: file, path: x}
                steps: [log, {transform: t}, {transform: t, timeout: 2s}, {name: mine, log: {}}]
                destination: {fallback: [{type: drop}, {file: out}]}
            """)
        #expect(!loaded.diagnostics.blocksRun, "\(loaded.report())")
        let steps = loaded.document?.flows.first?.value.steps ?? []
        #expect(steps.map(\.name) == ["log", "transform", "transform-2", "mine"])
        #expect(steps.count == 4)
        #expect(steps.last?.name == "mine")
        #expect(steps.dropFirst(2).first?.timeout == .seconds(2))
    }

    @Test func `Two steps of one name are an error`() {
        #expect(
            remarks(
                """
                flows:
                  f:
                    source: {type: file, path: x}
                    steps: [{name: a, type: log}, {name: a, type: log}]
                    destination: {type: drop}
                """) == [
                    "error IE1059: two steps of flow `f` are named `a` | first at integration.yaml:5:20"
                ])
    }

    @Test func `A reply that promises storage needs storage`() {
        let source = "{type: http, path: /a, ack: stored}"
        let loaded = SampleCatalog.load("flows: {f: {source: \(source), destination: {type: drop}}}")
        #expect(loaded.diagnostics.all.contains { $0.code == .needsStorage })
        #expect(
            !remarks("flows: {f: {source: \(source), destination: {type: drop}}}").contains { $0.contains("IE1056") })
    }

    @Test(arguments: [
        ("tls: {ca: a.pem}", "needs `cert` and `key`"),
        ("cors: {origins: [\"*\"], credentials: true}", "needs origins that are named"),
        ("cloudevents: true, idempotency_key: \"{{ a }}\"", "exclude each other"),
        ("reply: {status: 99}", "a status from 200 to 599"),
        ("path: orders", "a path that starts with `/`"),
    ])
    func `A server says what is wrong with its options`(_ options: String, _ words: String) {
        let found = remarks("flows: {f: {source: {type: http, \(options)}, destination: {type: drop}}}")
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test(arguments: [
        ("exchanges: [{name: orders, durable: false}]", ["the exchange `orders` is gone when the broker restarts"]),
        (
            "queues: [{name: q, durable: false, auto_delete: true}]",
            [
                "the queue `q` and its messages are gone when the broker restarts",
                "the queue `q` and its messages go with its last consumer",
            ]
        ), ("queues: [{name: q, durable: false, passive: true}]", []), ("queues: [{name: q, type: quorum}]", []),
    ])
    func `A broker that forgets is warned of`(_ declared: String, _ words: [String]) {
        let text = "connectors: {broker: {type: rabbitmq, url: \"amqp://b\", \(declared)}}"
        let found = SampleCatalog.load(text).diagnostics.all.filter { $0.code == .weakerPromise }
        #expect(found.count == words.count)
        for (remark, words) in zip(found, words) {
            #expect(remark.message.hasPrefix(words) && remark.severity == .warning)
        }
    }

    @Test(arguments: [
        ("{type: rabbitmq, url: \"amqp://b\", routing_key: k, persistent: false, mandatory: false}", 2),
        ("{type: rabbitmq, url: \"amqp://b\", routing_key: k, confirm: false}", 1),
        ("{type: rabbitmq, url: \"amqp://b\", routing_key: k}", 0),
    ])
    func `A destination that waits for less than it might is warned of`(_ destination: String, _ count: Int) {
        let loaded = SampleCatalog.load("flows: {f: {source: {type: file, path: x}, destination: \(destination)}}")
        #expect(loaded.diagnostics.all.count { $0.code == .weakerPromise } == count)
    }

    @Test func `A channel alone is warned of, beside a queue it is not`() {
        for (queue, count) in [("", 1), (", queue: jobs", 0)] {
            let source = "{type: postgres, url: \"postgres://db/x\", listen: news\(queue)}"
            let loaded = SampleCatalog.load("flows: {f: {source: \(source), destination: {type: drop}}}")
            #expect(loaded.diagnostics.all.count { $0.code == .weakerPromise } == count)
        }
    }
}
