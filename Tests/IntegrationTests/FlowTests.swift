import FileConnector
import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationFormats
import IntegrationTesting
import IntegrationTransforms
import TableConnector
import Testing

@Suite("Flows through the facade", .timeLimit(.minutes(1))) struct FlowTests {
    private static let orders = """
        {"orderId": "A1", "customerId": "c1", "items": [{"p": 1, "q": 2.50}], "total": 1500.00, "note": "é \\u00e9"}
        {"orderId": "A2", "customerId": "c2", "items": [], "total": 99}
        {"orderId": "A3", "customerId": "c1", "items": [], "total": 12345678901234567890123}
        {"orderId": 4, "customerId": "c1", "items": [], "total": 1}

        """
    private static let schema = #"{"required": ["id"], "properties": {"id": {"type": "string"}}}"#
    private static let table = #"[{"id": "c1", "tier": "gold"}, {"id": "c2", "tier": "basic"}]"#

    private static func steps() -> [any StepDefinition] {
        [
            TransformStep(
                "transform",
                mapping: [
                    "id": "$.orderId", "customer": ["id": "$.customerId"], "items": "$.items[*].{product: p, price: q}",
                    "total": "$.total", "note": "$.note",
                ]),
            ValidateStep("validate", schema: schema),
            EnrichStep("enrich", service: "customers", lookupField: "customer.id"),
            RouteStep(
                "route", field: "total",
                routes: [.init("total >= 1000", to: "high"), .init("total < 1000", to: "regular")]),
        ]
    }

    private static func yaml(_ place: Folder) -> String {
        """
        services:
          customers: {type: table, key: id, inline: \(table)}
        templates:
          order:
            mapping:
              id: $.orderId
              customer: {id: $.customerId}
              items: "$.items[*].{product: p, price: q}"
              total: $.total
              note: $.note
        schemas:
          order: {schema: \(schema)}
        destinations:
          high: {type: file, path: \(place.path("yaml-high"))}
          regular: {type: file, path: \(place.path("yaml-regular"))}
          dead: {type: file, path: \(place.path("yaml-dead"))}
        flows:
          yaml:
            source: {type: file, path: \(place.path("orders"))}
            steps:
              - {name: transform, type: transform, config: {template: order}}
              - {name: validate, type: validate, config: {schema: order}}
              - {name: enrich, type: enrich, config: {service: customers, lookup_field: customer.id}}
              - name: route
                type: route
                config:
                  field: total
                  routes:
                    - {condition: total >= 1000, destination: high}
                    - {condition: total < 1000, destination: regular}
            error_handling: {type: retry_then_dlq, dlq: dead}
        """
    }

    @Test(arguments: ["builder", "chain"])
    func `a flow in Swift writes the same bytes as its YAML form`(form: String) async throws {
        let place = try Folder()
        try place.write("orders", Self.orders)
        let source = FileSource(path: place.path("orders"), codec: NDJSONCodec())
        let lookup = TableLookup(.inline(Self.table), key: "id")
        let high = FileDestination(path: place.path("swift-high"))
        let regular = FileDestination(path: place.path("swift-regular"))
        let dead = FileDestination(path: place.path("swift-dead"))
        let handling = ErrorHandling(deadLetters: "dead")
        let flow =
            form == "chain"
            ? Self.steps().reduce(Flow("yaml").withSource(source)) { $0.addStep($1) }
                .withService("customers", lookup).withDestination("high", high).withDestination("regular", regular)
                .withDestination("dead", dead).withErrorHandling(handling)
            : Flow("yaml") {
                source
                for step in Self.steps() { step }
                Using("customers", lookup)
                To("high", high)
                To("regular", regular)
                To("dead", dead)
                handling
            }
        let inSwift = Bench()
        try await inSwift.integration.createFlow(flow)
        try await inSwift.run()
        let inYAML = Bench()
        try await inYAML.integration.createFlows(.yaml(Self.yaml(place)))
        try await inYAML.run()

        #expect(try place.read("swift-high").split(separator: "\n").count == 2)
        #expect(try place.read("swift-high") == place.read("yaml-high"))
        #expect(try place.read("swift-regular").split(separator: "\n").count == 1)
        #expect(try place.read("swift-regular") == place.read("yaml-regular"))
        #expect(try place.read("swift-dead").contains(#""step":"validate""#))
        #expect(try place.read("swift-dead") == place.read("yaml-dead"))
    }

    @Test func `flows are created, stopped and started again while the engine runs, and resume where they were`()
        async throws
    {
        let bench = Bench(mode: .untilStopped)
        let source = MemorySource(
            (0..<6).map { "\($0)" }, batchSize: 1, redelivers: true, staysOpen: true, interval: .seconds(1))
        let out = RecordingDestination()
        try await bench.run { integration, clock in
            var flow = Flow("late").withSource(source).withDestination(out)
            flow.lanes = 1
            try await integration.createFlow(flow)
            try await clock.sleep(for: .milliseconds(2500))
            #expect(try await integration.getFlowStatus("late").state.word == "running")
            try await integration.stopFlow("late")
            try await clock.sleep(for: .seconds(10))
            #expect(try await integration.getFlowStatus("late").state.word == "stopped")
            #expect(source.unsettled.isEmpty)
            let before = out.bodies
            #expect(!before.isEmpty && before.count < 6)
            try await integration.startFlow("late")
            try await clock.sleep(for: .seconds(10))
            #expect(out.bodies == (0..<6).map { "\($0)" })
            #expect(await integration.listFlows().map(\.flow) == ["late"])
        }
    }

    @Test func `a flow in the way of another is refused and changes nothing`() async throws {
        let bench = Bench()
        let source = MemorySource(["1"])
        try await bench.integration.createFlow(
            Flow("one").withSource(source).withDestination("out", RecordingDestination()).addStep(
                RouteStep("r", routes: [.init("true", to: "out")])))
        let sameName = try await refusal { try await bench.integration.createFlow(.small("one")) }
        #expect(sameName.code == .flowExists)
        let sameDestination = try await refusal {
            try await bench.integration.createFlow(Flow.small("two").withDestination("out", RecordingDestination()))
        }
        #expect(sameDestination.code == .cannotBuild)
        #expect(sameDestination.message.contains("`out`"))
        let nowhere = try await refusal {
            try await bench.integration.createFlow(
                Flow("three").withSource(source).addStep(RouteStep("r", routes: [.init("true", to: "nowhere")])))
        }
        #expect(nowhere.code == .cannotBuild)
        #expect(nowhere.message.contains("`nowhere`"))
        let endless = try await refusal {
            try await bench.integration.createFlow(Flow("four").withSource(source))
        }
        #expect(endless.code == .noDestination)
        let sourceless = try await refusal {
            try await bench.integration.createFlow(Flow("five").withDestination(RecordingDestination()))
        }
        #expect(sourceless.code == .noSource)
        let step = try await refusal {
            try await bench.integration.createFlow(.small("six").addStep(FilterStep("broken", keep: "total >")))
        }
        #expect(step.component == "step broken of flow six")
        #expect(await bench.integration.listFlows().map(\.flow) == ["one"])
    }

    @Test func `what is asked of a flow that does not exist is refused with its name`() async throws {
        let integration = Bench().integration
        let calls: [(String) async throws -> Void] = [
            { try await integration.startFlow($0) }, { try await integration.stopFlow($0) },
            { try await integration.deleteFlow($0) }, { _ = try await integration.getFlowStatus($0) },
        ]
        for call in calls {
            let error = try await refusal { try await call("none") }
            #expect(error.code == .flowUnknown)
            #expect(error.message.contains("`none`"))
        }
    }

    @Test func `a flow can only be started while the engine runs, and deleted while it does not run itself`()
        async throws
    {
        let bench = Bench(mode: .untilStopped)
        let flow = Flow("f").withSource(MemorySource(["1"], staysOpen: true))
            .withDestination("own", RecordingDestination()).withDestination(RecordingDestination())
        try await bench.integration.createFlow(flow)
        let early = try await refusal { try await bench.integration.startFlow("f") }
        #expect(early.code == .engineNotRunning)
        try await bench.run { integration, clock in
            let running = try await refusal { try await integration.deleteFlow("f") }
            #expect(running.code == .flowExists)
            let twice = try await refusal { try await integration.run() }
            #expect(twice.code == .runsAlready)
            try await integration.stopFlow("f")
            try await clock.sleep(for: .seconds(1))
            try await integration.deleteFlow("f")
            // Its own names are free again.
            try await integration.createFlow(flow)
            #expect(try await integration.getFlowStatus("f").flow == "f")
        }
    }
}
