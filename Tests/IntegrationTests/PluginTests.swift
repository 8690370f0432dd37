import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import IntegrationTransforms
import Testing

@Suite("Plugins", .timeLimit(.minutes(1))) struct PluginTests {
    private static func noting(_ name: String, _ notes: Notes) -> Plugin {
        Hook.Moment.allCases.reduce(Plugin(name)) { plugin, moment in
            plugin.withHook(moment) { _ in notes.add("\(moment.rawValue) \(name)") }
        }
    }

    private static func yaml(_ steps: String, destination: String = "{type: drop}", services: String = "") -> String {
        """
        services: {\(services)}
        flows:
          f:
            source: {type: generate, rate: 1000, count: 1, body: {n: 1}}
            steps: [\(steps)]
            destination: \(destination)
        """
    }

    @Test func `plugins are listed in their order, found by name and taken out`() async throws {
        let integration = Bench().integration
        try await integration.registerPlugin(Plugin("b", version: "2.0.0"))
        try await integration.registerPlugin(Plugin("a").withManifest(PluginManifest(author: "me")))
        #expect(await integration.listPlugins().map(\.name) == ["b", "a"])
        #expect(try await integration.getPlugin("b").version == "2.0.0")
        #expect(try await integration.getPlugin("a").manifest.author == "me")
        try await integration.unregisterPlugin("b")
        #expect(await integration.listPlugins().map(\.name) == ["a"])
        for call in [{ try await integration.unregisterPlugin("b") }, { _ = try await integration.getPlugin("b") }] {
            let error = try await refusal(call)
            #expect(error.code == .pluginUnknown)
            #expect(error.message.contains("`b`"))
        }
    }

    @Test func `a plugin that is badly described is refused`() async throws {
        let integration = Bench().integration
        try await integration.registerPlugin(Plugin("base", version: "0.8.4"))
        func needing(_ name: String, _ range: String) -> Plugin {
            Plugin("p", manifest: PluginManifest(dependencies: [.init(name, range)]))
        }
        let refused: [(Plugin, ErrorCode)] = [
            (Plugin(""), .pluginInvalid), (Plugin("p", version: "1.0"), .pluginInvalid),
            (Plugin("base"), .pluginExists), (needing("base", "newest"), .pluginInvalid),
            (needing("other", "*"), .dependencyMissing), (needing("base", "^0.9"), .dependencyIncompatible),
            (
                Plugin("p").withService("s", RecordingDestination()).withService("s", RecordingDestination()),
                .pluginInvalid
            ),
            (
                Plugin("p").withTypes { catalog in
                    catalog.register(step: "filter", FieldTable("x", summary: "", fields: [])) { step, _ in
                        FilterStep(step.name, keep: "true")
                    }
                }, .pluginConflict
            ),
        ]
        for (plugin, code) in refused {
            #expect(try await refusal { try await integration.registerPlugin(plugin) }.code == code)
        }
        #expect(await integration.listPlugins().map(\.name) == ["base"])
        try await integration.registerPlugin(needing("base", ">=0.8 <1"))
        let needed = try await refusal { try await integration.unregisterPlugin("base") }
        #expect(needed.code == .pluginInUse)
        #expect(needed.message.contains("plugin `p`"))
    }

    @Test func `flows in Swift and in YAML use what a plugin offers, and keep it from being taken out`() async throws {
        let bench = Bench()
        let integration = bench.integration
        let out = RecordingDestination()
        let plugin = Plugin("p").withService("out", out)
            .withService(PluginService("who", NotingLookup(name: "w", notes: Notes())))
            .withTypes { catalog in
                catalog.register(step: "keep", FieldTable("keep step", summary: "Keeps.", fields: [])) { step, _ in
                    FilterStep(step.name, keep: "true")
                }
            }
            .withTypes { catalog in
                catalog.register(service: "noting", FieldTable("noting", summary: "Answers.", fields: [])) { _, _ in
                    NotingLookup(name: "n", notes: Notes())
                }
            }
        try await integration.registerPlugin(plugin)
        let enrich = "{enrich: {service: SERVICE, lookup_field: n}}"
        let texts = [
            Self.yaml("{keep: {}}"), Self.yaml("", destination: "out"),
            Self.yaml(enrich.replacing("SERVICE", with: "who")),
            Self.yaml(enrich.replacing("SERVICE", with: "mine"), services: "mine: {type: noting}"),
        ]
        for text in texts {
            try await integration.createFlows(.yaml(text))
            let error = try await refusal { try await integration.unregisterPlugin("p") }
            #expect(error.code == .pluginInUse)
            #expect(error.message.contains("flow `f`"))
            try await integration.deleteFlow("f")
        }
        let flow = Flow("g") {
            MemorySource([#"{"n": 1}"#])
            EnrichStep("enrich", service: "who", lookupField: "n")
            RouteStep("route", routes: [.init("true", to: "out")])
        }
        try await integration.createFlow(flow)
        #expect(try await refusal { try await integration.unregisterPlugin("p") }.message.contains("flow `g`"))
        try await bench.run()
        #expect(out.bodies == [#"{"n":1,"by":"w"}"#])

        try await integration.deleteFlow("g")
        try await integration.unregisterPlugin("p")
        let gone = try await refusal { try await integration.createFlow(flow) }
        #expect(gone.message.contains("`who`"))
        // Its names are free again.
        try await integration.configureConnectors(destinations: ["out": out])
    }

    @Test func `a configuration that declares a plugin needs it in that version`() async throws {
        let integration = Bench().integration
        let text = "plugins: {p: {version: ^1.2}}\n" + Self.yaml("")
        let missing = try await refusal { try await integration.createFlows(.yaml(text)) }
        #expect(missing.code == .pluginUnknown)
        try await integration.registerPlugin(Plugin("p", version: "1.1.9"))
        let old = try await refusal { try await integration.createFlows(.yaml(text)) }
        #expect(old.code == .dependencyIncompatible)
        #expect(old.message.contains("1.1.9"))
        try await integration.unregisterPlugin("p")
        try await integration.registerPlugin(Plugin("p", version: "1.3.0"))
        let needing = "plugins: {p: {dependencies: [{name: q, version: ^2}]}}\n" + Self.yaml("")
        let lonely = try await refusal { try await integration.createFlows(.yaml(needing)) }
        #expect(lonely.code == .dependencyMissing)
        #expect(lonely.message.contains("`q` ^2"))
        try await integration.createFlows(.yaml(text))
        #expect(await integration.listFlows().map(\.flow) == ["f"])
    }

    // MARK: Hooks

    @Test func `hooks run in order around the flows, and end in reverse`() async throws {
        let bench = Bench()
        let notes = Notes()
        for name in ["a", "b"] { try await bench.integration.registerPlugin(Self.noting(name, notes)) }
        let flow = Flow("f").withSource(MemorySource([#"{"n": 1}"#]))
            .withService("s", NotingLookup(name: "flow", notes: notes))
            .addStep(EnrichStep("e", service: "s", lookupField: "n")).withDestination(RecordingDestination())
        try await bench.integration.createFlow(flow)
        try await bench.run()
        #expect(
            notes.lines == [
                "pre_startup a", "pre_startup b", "startup a", "startup b", "flow opened", "flow asked",
                "flow answered",
                "flow closed",
                "post_shutdown b", "post_shutdown a",
            ])
    }

    @Test(arguments: [Hook.Moment.preStartup, .startup])
    func `a hook that fails undoes the earlier ones, says so, and nothing starts`(moment: Hook.Moment) async throws {
        struct Broken: Error {}
        let bench = Bench()
        let notes = Notes()
        let source = MemorySource(["1"])
        try await bench.integration.createFlow(Flow("f").withSource(source).withDestination(RecordingDestination()))
        try await bench.integration.registerPlugin(Self.noting("a", notes))
        try await bench.integration.registerPlugin(Self.noting("b", notes).withHook(moment) { _ in throw Broken() })
        try await bench.integration.registerPlugin(Self.noting("c", notes))
        let error = try await refusal { try await bench.run() }
        #expect(error.code == .hookFailed)
        #expect(error.message == "the \(moment.rawValue) hook of plugin `b` failed")
        #expect(error.causes.first == "Broken()")
        let ended = moment == .preStartup ? ["b", "a"] : ["c", "b", "a"]
        #expect(
            error.causes.last
                == "undone: the post_shutdown hooks of \(ended.map { "`\($0)`" }.joined(separator: ", ")) were run")
        #expect(notes.lines.filter { $0.hasPrefix("post") } == ended.map { "post_shutdown \($0)" })
        #expect(source.deliveries == 0)
        #expect(bench.log.lines.contains { $0.hasPrefix("warning: the start was undone") })
        // Without it everything starts.
        try await bench.integration.unregisterPlugin("b")
        try await bench.run()
        #expect(source.accepted == [0])
    }

    @Test func `a hook that takes too long is cancelled, and has failed`() async throws {
        let bench = Bench()
        let notes = Notes()
        try await bench.integration.registerPlugin(
            Plugin("slow").withHook(.preStartup, timeout: .seconds(5)) { context in
                do {
                    try await context.clock.sleep(for: .seconds(60))
                } catch {
                    notes.add("cancelled at \(context.clock.now)")
                    throw error
                }
            })
        let error = try await refusal { try await bench.run() }
        #expect(error.message == "the pre_startup hook of plugin `slow` took more than 5.0 seconds")
        #expect(notes.lines == ["cancelled at 5.0 seconds"])
    }

    @Test func `a failure while undoing is told as well, and the others are undone all the same`() async throws {
        struct Broken: Error {}
        let bench = Bench()
        let notes = Notes()
        try await bench.integration.registerPlugin(Self.noting("a", notes))
        try await bench.integration.registerPlugin(
            Plugin("b").withHook(.startup) { _ in throw Broken() }.withHook(.postShutdown) { _ in throw Broken() })
        let error = try await refusal { try await bench.run() }
        #expect(error.causes.last == "undoing failed: the post_shutdown hook of plugin `b` failed")
        #expect(notes.lines.last == "post_shutdown a")
        #expect(bench.log.lines.contains { $0.hasPrefix("error: a hook failed") && $0.contains("plugin=b") })
    }

    @Test func `a run that is cut off still ends its plugins, whose hooks are not cut short`() async throws {
        struct Broken: Error {}
        let bench = Bench(mode: .untilStopped)
        let notes = Notes()
        try await bench.integration.registerPlugin(
            Plugin("p").withHook(.postShutdown) { context in
                notes.add("cancelled: \(Task.isCancelled)")
                for _ in 0..<10 { await Task.yield() }
                notes.add("done")
                throw Broken()
            })
        try await bench.clock.run { [integration = bench.integration, clock = bench.clock] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await integration.run() }
                try await clock.sleep(for: .seconds(1))
                group.cancelAll()
                while try await group.next() != nil {}
            }
        }
        #expect(notes.lines == ["cancelled: true", "done"])
        #expect(bench.log.lines.contains { $0.hasPrefix("error: a hook failed") && $0.contains("plugin=p") })
    }

    @Test func `plugins come and go while the engine runs, with their hooks`() async throws {
        struct Broken: Error {}
        let bench = Bench(mode: .untilStopped)
        let notes = Notes()
        try await bench.run { integration, _ in
            try await integration.registerPlugin(Self.noting("late", notes).withService("out", RecordingDestination()))
            #expect(notes.lines == ["pre_startup late", "startup late"])
            let error = try await refusal {
                try await integration.registerPlugin(
                    Self.noting("bad", notes).withService("other", RecordingDestination())
                        .withHook(.startup) { _ in throw Broken() })
            }
            #expect(error.code == .hookFailed)
            #expect(error.causes.last == "undone: the post_shutdown hooks of `bad` were run")
            #expect(await integration.listPlugins().map(\.name) == ["late"])
            try await integration.configureConnectors(destinations: ["other": RecordingDestination()])
            try await integration.unregisterPlugin("late")
        }
        #expect(notes.lines.suffix(2) == ["post_shutdown bad", "post_shutdown late"])
    }
}
