import Integration
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationFormats
import IntegrationTesting
import IntegrationTransforms
import Testing

@Suite("Configurations and what the program gives them", .timeLimit(.minutes(1))) struct ConfigurationTests {
    private static func flow(_ name: String, steps: String = "", destination: String = "out") -> String {
        """
          \(name):
            source: {type: generate, rate: 1000, count: 2, body: {n: 1}}
            steps: [\(steps)]
            destination: \(destination)

        """
    }

    @Test func `the initialiser makes the flows of files and opens nothing`() async throws {
        let place = try Folder()
        try place.write("one.yaml", "flows:\n" + Self.flow("one", destination: "{type: drop}"))
        try place.write("two.yaml", "flows:\n" + Self.flow("two", destination: "{type: drop}"))
        let clock = ManualClock()
        let integration = try Integration(
            configuration: .files([place.path("one.yaml"), place.path("two.yaml")]), logger: Bench.logger(),
            clock: clock, mode: .untilIdle, processors: 1)
        #expect(await integration.listFlows().map(\.flow) == ["one", "two"])
        #expect(await integration.listFlows().map(\.state.word) == ["created", "created"])
        try await clock.run { try await integration.run() }
        #expect(await integration.listFlows().map(\.received) == [2, 2])
    }

    @Test func `every mistake is told at once with its line, and nothing is made`() async throws {
        let error = try await refusal {
            _ = try Integration(
                configuration: .yaml(
                    "flows:\n" + Self.flow("good", destination: "{type: drop}")
                        + Self.flow("bad", steps: "{transform: {templat: x}}", destination: "{typ: drop}"),
                    file: "my.yaml"), logger: Bench.logger())
        }
        #expect(error.code == .cannotBuild)
        #expect(error.description.contains("my.yaml:9:"))
        #expect(error.description.contains("my.yaml:8:"))
        let missing = try await refusal {
            _ = try Integration(configuration: .files(["/nowhere/x.yaml"]), logger: Bench.logger())
        }
        #expect(missing.description.contains("/nowhere/x.yaml"))
    }

    @Test func `YAML names destinations, services, templates, schemas and formats of the program`() async throws {
        let bench = Bench()
        let out = RecordingDestination()
        let notes = Notes()
        let place = try Folder()
        try place.write("in", "a\nb\n")
        try await bench.integration.configureConnectors(
            destinations: ["out": out], services: ["who": NotingLookup(name: "w", notes: notes)])
        try await bench.integration.configureTransformers(
            Transformers().withTemplate("t", ["key": "$.text", "one": 1, "list": ["$.text"], "yes": true])
                .withSchema("s", json: #"{"required": ["by"]}"#).withCodec(WordCodec()))
        try await bench.integration.createFlows(
            .yaml(
                """
                flows:
                  f:
                    source: {type: file, path: \(place.path("in")), format: words}
                    steps: [{transform: t}, {enrich: {service: who, lookup_field: key}}, {validate: s}]
                    destination: out
                """))
        try await bench.run()
        #expect(out.bodies.sorted().first == #"{"key":"a","one":1,"list":["a"],"yes":true,"by":"w"}"#)
        #expect(out.bodies.count == 2)
    }

    @Test func `Swift flows name templates and schemas of the program`() async throws {
        let bench = Bench()
        let out = RecordingDestination()
        try await bench.integration.configureTransformers(
            Transformers().withTemplate("t", ["id": "$.n"])
                .withSchema("s", json: #"{"properties": {"id": {"$ref": "schema:one"}}}"#)
                .withSchema("one", json: #"{"const": 1}"#))
        let flow = Flow("f") {
            MemorySource([#"{"n": 1}"#, #"{"n": 2}"#])
            TransformStep("transform", template: "t")
            ValidateStep("validate", named: "s")
            out
        }
        try await bench.integration.createFlow(flow)
        try await bench.run()
        #expect(out.bodies == [#"{"id":1}"#])
        #expect(bench.integration.deadLetters.map(\.step) == ["validate"])
    }

    @Test func `names of templates and schemas that the program does not have are refused`() async throws {
        let integration = Bench().integration
        let template = try await refusal {
            try await integration.createFlow(Flow.small("f").addStep(TransformStep("t", template: "none")))
        }
        #expect(template.code == .cannotBuild)
        #expect(template.message.contains("template named `none`"))
        let schema = try await refusal {
            try await integration.createFlow(Flow.small("f").addStep(ValidateStep("v", named: "none")))
        }
        #expect(schema.message.contains("schema named `none`"))
        #expect(await integration.listFlows().isEmpty)
    }

    @Test func `transformers with a mistake, or under a name that is taken, are refused whole`() async throws {
        let integration = Bench().integration
        let bad = try await refusal {
            try await integration.configureTransformers(
                Transformers().withTemplate("good", ["a": "$.a"]).withTemplate("bad", ["a": "$.["]))
        }
        #expect(bad.description.contains("`bad`"))
        let schema = try await refusal {
            try await integration.configureTransformers(Transformers().withSchema("s", json: #"{"type": 1}"#))
        }
        #expect(schema.description.contains("s is not a valid schema"))
        let file = try await refusal {
            try await integration.configureTransformers(Transformers().withSchema("s", path: "/nowhere/s.json"))
        }
        #expect(file.code == .fileNotFound)
        try await integration.configureTransformers(Transformers().withTemplate("good", ["a": "$.a"]))
        for (transformers, word) in [
            (Transformers().withTemplate("good", ["b": "$.b"]), "template named `good`"),
            (Transformers().withCodec(NDJSONCodec()), "format named `ndjson`"),
        ] {
            let taken = try await refusal { try await integration.configureTransformers(transformers) }
            #expect(taken.code == .nameTaken)
            #expect(taken.message.contains(word))
        }
    }

    @Test func `a name that the program and the configuration both declare is a mistake`() async throws {
        let integration = Bench().integration
        try await integration.configureConnectors(destinations: ["out": RecordingDestination()])
        let error = try await refusal {
            try await integration.createFlows(.yaml("destinations: {out: {type: drop}}\nflows:\n" + Self.flow("f")))
        }
        #expect(error.description.contains("destination named `out` already"))
        let swift = try await refusal {
            try await integration.configureConnectors(
                destinations: ["new": RecordingDestination(), "out": RecordingDestination()])
        }
        #expect(swift.code == .nameTaken)
        // Nothing of it was taken.
        try await integration.configureConnectors(destinations: ["new": RecordingDestination()])
    }

    @Test(arguments: ["storage: {path: ./data}\n", "queues: {out: {}}\n"])
    func `flows that need storage or queues are refused where the program has no store`(section: String) async throws {
        let integration = Bench().integration
        let destination = section.hasPrefix("queues") ? "out" : "{type: drop}"
        let error = try await refusal {
            try await integration.createFlows(.yaml(section + "flows:\n" + Self.flow("f", destination: destination)))
        }
        #expect(error.message.contains("needs storage or queues"))
        #expect(await integration.listFlows().isEmpty)
    }

    @Test func `a configuration brings its store, and a second run goes on where the first one ended`() async throws {
        let place = try Folder()
        try place.write("in.ndjson", "{\"n\":1}\n{\"n\":2}\n")
        try place.write(
            "flows.yaml",
            """
            storage: {path: data}
            flows:
              load: {source: {type: file, path: in.ndjson}, destination: {type: queue, name: numbers}}
              out: {source: {type: queue, name: numbers}, destination: {type: file, path: out.ndjson}, ordering: source}
            """)
        for expected in ["{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":2}\n"] {
            let integration = try Integration(
                configuration: .files([place.path("flows.yaml")]), logger: Bench.logger(), mode: .untilIdle,
                processors: 2)
            try await integration.run()
            #expect(try place.read("out.ndjson") == expected)
        }
    }

    @Test func `flows that are added later use the store that the program was made with`() async throws {
        let place = try Folder()
        let integration = Integration(
            storage: Storage(in: place.path("data")), logger: Bench.logger(), mode: .untilIdle, processors: 2)
        try await integration.createFlows(
            .yaml(
                """
                flows:
                  load: {source: {type: generate, rate: 1000, count: 3, body: x}, destination: {type: queue, name: q}}
                  out: {source: {type: queue, name: q}, destination: {type: file, path: "\(place.path("out"))"}}
                """))
        try await integration.run()
        #expect(try place.read("out") == "x\nx\nx\n")
    }

    @Test func `what a configuration declares goes with its last flow, unless another flow names it`() async throws {
        let bench = Bench()
        let text =
            "services: {s: {type: table, key: id, inline: []}}\ndestinations: {out: {type: drop}}\nflows:\n"
            + Self.flow("one") + Self.flow("two", destination: "{type: drop}")
        try await bench.integration.createFlows(.yaml(text))
        let taken = ["out": RecordingDestination()]
        try await bench.integration.deleteFlow("one")
        #expect(
            try await refusal { try await bench.integration.configureConnectors(destinations: taken) }.code
                == .nameTaken)
        try await bench.integration.createFlow(
            Flow("three").withSource(MemorySource(["1"])).addStep(RouteStep("r", routes: [.init("true", to: "out")])))
        try await bench.integration.deleteFlow("two")
        try await bench.run()
        #expect(try await bench.integration.getFlowStatus("three").sent == 1)
        try await bench.integration.deleteFlow("three")
        try await bench.integration.configureConnectors(
            destinations: taken, services: ["s": NotingLookup(name: "s", notes: Notes())])
    }

    @Test func `a configuration whose flow exists changes nothing`() async throws {
        let integration = Bench().integration
        try await integration.createFlow(.small("f"))
        let text =
            "services: {s: {type: table, key: id, inline: []}}\nflows:\n"
            + Self.flow("g", destination: "{type: drop}") + Self.flow("f", destination: "{type: drop}")
        let error = try await refusal { try await integration.createFlows(.yaml(text)) }
        #expect(error.code == .flowExists)
        #expect(await integration.listFlows().map(\.flow) == ["f"])
        try await integration.deleteFlow("f")
        try await integration.createFlows(.yaml(text))
        #expect(await integration.listFlows().map(\.flow) == ["g", "f"])
    }
}

/// Lines, each of which becomes an object with the member `text`.
private struct WordCodec: Codec {
    struct Decode: Step {
        func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
            batch.forEach("source") { message, arena throws(IntegrationError) in
                let words = ["text", String(decoding: arena.bytes(message.original), as: UTF8.self)]
                    .map { arena.makeString($0) }
                var builder = Builder(arena)
                let object = builder.open()
                for word in words { builder.append(word) }
                builder.close(object, .object, count: 1)
                message.replaceBody(with: builder.finish())
                return .keep
            }
        }
    }

    var name: String { "words" }
    var framing: Framing { .lines }
    var hasHeader: Bool { false }
    var decoder: (any Step)? { Decode() }
}
