import ConnectorTestSupport
import IntegrationCore

/// Flows through which the oracle's orders go, and where to look for them afterwards.
struct Topology {
    enum Sink {
        case queue(String)
        case file(String)
        case deadLetters(String)
        case envelopes(String)
        /// What a recording server was sent at this path.
        case http(String)
        /// A queue of a broker that listens at this port, bound to the exchange `sorted` under its own name.
        case rabbit(String, port: Int)
        /// The column `body` of a table.
        case table(PostgresSchema, String)
    }

    var name: String
    /// What stands under `flows:`.
    var flows: String
    var sinks: [Orders.Place: Sink]
    /// Where every order must be as it was sent, in the place of `sinks`.
    var everything: Sink?
    /// Copies that a kill may make: none where everything is one transaction.
    var copiesPerKill = 0
    /// Faults beside the one that kills.
    var otherFaults = ""
    var padding = 0
    /// Orders before each kill.
    var orders = 200
    /// Most kills before everything is looked at.
    var killsAtOnce = 11
    var stages = Self.everyStage
    /// What stands before `schemas:`.
    var connectors = ""
    /// Whether tables have an inbox.
    var hasInbox = true
    /// Where flows lead, where that is not yet where to look afterwards.
    var destinations: [Orders.Place: Sink]?

    static let batch = 10
    /// A flow's lanes: twice the processors.
    static let lanes = max(2, SystemClock.processors * 2)

    /// Stages every flow passes, and the actions that kill there, for hit `N`.
    static let everyStage = [
        "after-receive:kill:N", "in-step:kill:N", "before-send:kill:N", "after-send:kill:N", "after-confirm:kill:N",
        "after-ack:kill:N", "dead-letter-write:kill:N", "dead-letter-confirm:kill:N", "store-commit:kill:N",
        "store-append:kill:N", "after-receive:term:N,drain:kill",
    ]

    private static let steps = """
            steps:
              - {name: transform, type: transform, config: {mapping: {id: $.orderId, total: $.total, text: $.text}}}
              - {name: validate, type: validate, config: {schema: order-schema}}
              - name: route
                type: route
                config:
                  routes:
                    - {condition: total >= 1000, destination: high}
                    - {condition: total < 1000, destination: regular}
        """

    private static let load = """
          load:
            source: {type: file, path: orders.ndjson, format: lines, batch_size: \(batch)}
            destination: orders

        """

    static func sorting(source: String, attempts: Int = 3, dlq: String = "failed") -> String {
        """
          sort:
            source: \(source)
        \(steps)
            error_handling:
              type: retry_then_dlq
              retry: {max_attempts: \(attempts), backoff: {initial: 5ms, max: 20ms}}
              dlq: \(dlq)

        """
    }

    static let fromQueue = "{type: queue, name: orders, batch_size: \(batch)}"
    private static let fromFile = "{type: file, path: orders.ndjson, format: ndjson, batch_size: \(batch)}"
    static let intoQueues: [Orders.Place: Sink] = [
        .high: .queue("high"), .regular: .queue("regular"), .dead: .deadLetters("failed"),
    ]
    static let intoFiles: [Orders.Place: Sink] = [
        .high: .file("high.ndjson"), .regular: .file("regular.ndjson"), .dead: .envelopes("failed.ndjson"),
    ]

    static let queueToQueues = Topology(
        name: "queue → queues", flows: load + sorting(source: fromQueue), sinks: intoQueues)
    static let fileToQueues = Topology(name: "file → queues", flows: sorting(source: fromFile), sinks: intoQueues)
    static let fileToFiles = Topology(
        name: "file → files", flows: sorting(source: fromFile), sinks: intoFiles, copiesPerKill: lanes * batch)
    static let queueToFiles = Topology(
        name: "queue → files", flows: load + sorting(source: fromQueue), sinks: intoFiles,
        copiesPerKill: lanes * batch)
    static let handover = Topology(
        name: "flow → flow",
        flows: """
              first:
                source: \(fromFile.replacing("ndjson, batch", with: "lines, batch"))
                destination: sort

            """ + sorting(source: "{type: file, path: none.ndjson, format: ndjson}"),
        sinks: intoQueues)
    static let failingSteps = Topology(
        name: "steps that fail for a while", flows: load + sorting(source: fromQueue, attempts: 1000),
        sinks: intoQueues, otherFaults: "in-step:error:1-9,")
    static let failingStepsOfFile = Topology(
        name: "steps of a file that fail for a while", flows: sorting(source: fromFile, attempts: 1000),
        sinks: intoQueues, otherFaults: "in-step:error:1-9,")
    /// Large enough that the log is moved into the file meanwhile.
    static let checkpoints = Topology(
        name: "checkpoints", flows: load + sorting(source: fromQueue), sinks: intoQueues, padding: 256 << 10,
        orders: 70, killsAtOnce: 4, stages: ["store-checkpoint:kill:N"])

    /// An engine that goes on, and is not killed.
    static let restless = Topology(
        name: "follow",
        flows: sorting(
            source: fromFile.replacing("ndjson, batch", with: "ndjson, mode: follow, batch"), attempts: 1000),
        sinks: [.high: .file("high.ndjson"), .regular: .file("regular.ndjson"), .dead: .file("failed.ndjson")])

    static let all = [
        queueToQueues, fileToQueues, fileToFiles, queueToFiles, handover, failingSteps, failingStepsOfFile, checkpoints,
    ]

    /// The whole configuration.
    var configuration: String {
        func destination(_ place: Orders.Place, _ name: String) -> String {
            switch (destinations ?? sinks)[place] {
            case .file(let path), .envelopes(let path): "  \(name): {type: file, path: \(path)}\n"
            case .http(let path): "  \(name): {connector: sink, path: \(path)}\n"
            case .rabbit(let queue, _): "  \(name): {connector: broker, exchange: sorted, routing_key: \(queue)}\n"
            case .table(_, let table): "  \(name): \(Self.destination(table: table, inbox: hasInbox))\n"
            default: ""
            }
        }
        let files = [(Orders.Place.high, "high"), (.regular, "regular"), (.dead, "failed")].map(destination).joined()
        let queues = ["orders", "high", "regular", "failed"].filter { name in
            !files.contains("  \(name): ")
                && (name != "orders" || flows.contains("orders\n") || flows.contains("name: orders"))
        }
        return """
            storage: {path: ./data, durability: full}
            \(connectors)schemas:
              order-schema:
                type: json_schema
                schema: {type: object, required: [id, total], properties: {total: {type: number}}}
            \(files.isEmpty ? "" : "destinations:\n\(files)")
            queues: {\(queues.map { "\($0): {}" }.joined(separator: ", "))}
            flows:
            \(flows)
            """
    }
}
