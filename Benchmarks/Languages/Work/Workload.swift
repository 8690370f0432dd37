internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms
internal import OrderLines

/// The orders in memory, and what the languages do with them.
struct Workload {
    struct Part {
        let name: String
        /// How many orders go through it in one turn.
        let expected: Int
        /// One turn; returns how many orders went well.
        let run: () -> Int
    }

    let parts: [Part]

    /// Turns over the parsed documents, so that one measurement is long enough for the clock.
    private static let repetitions = 100

    /// - Parameters:
    ///   - orders: one valid order a line.
    ///   - inputs: the folder of the mappings.
    ///   - schema: what mapped orders are validated by.
    init(orders: String, inputs: String, schema: String) throws {
        let build = FlowBuild(flow: "bench")
        let literals = build.literals
        let mapping = try Expression.compile(try Self.text(inputs + "/order.jsonata"), literals: literals)
        let computing = try Expression.compile(try Self.text(inputs + "/computing.jsonata"), literals: literals)
        let program = try Expression.compile(try Self.text(inputs + "/program.jsonata"), literals: literals)
        let node = try Document(Self.text(inputs + "/order.template.json")).withRoot { TemplateNode($0) }
        let template = try TemplateProgram(name: "order", mapping: node, literals: literals)
        let schema = try JSONSchema.compile(try Document(Self.text(schema)))
        let jsonPatch = try Steps.jsonPatch(try Self.text(inputs + "/order.patch.json"), build)
        let mergePatch = try Steps.mergePatch(try Self.text(inputs + "/order.merge.json"), build)
        let path = try JSONPath("$.orderItems[*].price")

        let orders = Orders(try OrderLines(path: orders), literals: literals.block())
        var preparing = TemplateScratch()
        let parsed = try orders.parsed { try template.apply($0, in: $1, using: &preparing) }
        let streamed = orders.count
        parts = [
            Part(name: "jsonata", expected: streamed) { orders.map { try Self.evaluate(mapping, $0, $1) } },
            Part(name: "jsonata-computing", expected: streamed) {
                orders.map { try Self.evaluate(computing, $0, $1) }
            },
            Part(name: "jsonata-program", expected: streamed) { orders.map { try Self.evaluate(program, $0, $1) } },
            Part(name: "template", expected: streamed) {
                var scratch = TemplateScratch()
                return orders.map { try template.apply($0, in: $1, using: &scratch) }
            },
            Part(name: "json-patch", expected: streamed) { orders.change(by: jsonPatch, Steps.context) },
            Part(name: "merge-patch", expected: streamed) { orders.change(by: mergePatch, Steps.context) },
            Part(name: "schema", expected: parsed.made.count * Self.repetitions) {
                withExtendedLifetime(parsed.arena) { Self.count(parsed.made) { schema.isValid($0) } }
            },
            Part(name: "jsonpath", expected: parsed.orders.count * Self.repetitions) {
                var nodes = NodeList()
                return withExtendedLifetime(parsed.arena) {
                    Self.count(parsed.orders) { order in
                        guard (try? path.evaluate(order, into: &nodes)) != nil else { return false }
                        return nodes.count > 0
                    }
                }
            },
        ]
    }

    private static func evaluate(_ expression: Expression, _ order: View, _ arena: Arena) throws -> View? {
        var builder = Builder(arena)
        guard try expression.evaluate(order, into: &builder) else { return nil }
        return arena.view(builder.finish())
    }

    /// How often `work` says yes.
    @inline(__always)
    private static func count(_ documents: [View], _ work: (View) -> Bool) -> Int {
        var good = 0
        for _ in 0..<repetitions {
            for document in documents where work(document) { good += 1 }
        }
        return good
    }

    private static func text(_ path: String) throws -> String {
        let block = try OrderLines.read(path)
        return withExtendedLifetime(block) {
            String(decoding: UnsafeBufferPointer(start: block.start, count: block.count), as: UTF8.self)
        }
    }
}
