import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import PostgresConnector
import Testing

/// Makes endpoints of type postgres; `{connector: db}` stands for the connector.
final class TestMakers: ConnectorMakers {
    init(connector node: ConfigurationNode? = nil) throws {
        try super.init("postgres", named: "db", PostgresConfiguration.register, connector: node)
    }
}

extension PostgresSchema {
    /// A connector that leads to this schema.
    func connector(port: Int? = nil, _ more: [(String, ConfigurationNode)] = []) -> ConfigurationNode {
        .mapping([("url", .string(url(port: port)))] + more)
    }

    func destination(_ node: [(String, ConfigurationNode)], port: Int? = nil) throws -> any Destination {
        try TestMakers(connector: connector(port: port)).destination(.mapping([("connector", "db")] + node))
    }

    func source(_ node: [(String, ConfigurationNode)], port: Int? = nil) throws -> any Source {
        try TestMakers(connector: connector(port: port)).source(.mapping([("connector", "db")] + node))
    }

    /// Sends messages with these bodies: what became of each, as `accepted` or the code and the words.
    func send(
        _ bodies: [String], to node: [(String, ConfigurationNode)], in context: FlowContext = .quiet()
    ) async throws -> [String] {
        let report = try await destination(node).withSender(in: context) { try await $0.send(Batch(bodies)) }
        var outcomes = bodies.map { _ in "accepted" }
        for (index, error) in report.refused { outcomes[index] = "\(error.code) \(error.message)" }
        return outcomes
    }

    /// Asks a service: rows as JSON, `missing`, or the code and the words of a failure.
    func find(_ keys: [String], in node: [(String, ConfigurationNode)]) async throws -> [String] {
        let lookup = try TestMakers(connector: connector()).lookup(.mapping([("connector", "db")] + node))
        let answers = try await lookup.withFinder(in: .quiet()) { try await $0.find(keys.map { LookupKey($0) }) }
        return answers.map { answer in
            switch answer {
            case .found(let document): document.json
            case .missing: "missing"
            case .failed(let error): "\(error.code) \(error.message)"
            }
        }
    }
}

extension Receiver {
    /// The next delivery, which must come.
    func next() async throws -> Delivery {
        guard let delivery = try await receive() else {
            throw IntegrationError(.destinationFailed, "the source is at its end")
        }
        return delivery
    }

    /// Takes the next delivery and accepts it; its messages, whose bodies are not to be looked at any more.
    func acceptNext() async throws -> [Message] {
        var delivery = try await next()
        let messages = delivery.takeBatch().messages
        delivery.settle(.accepted)
        return messages
    }
}

extension Source {
    /// Opens it once, so that its table is there.
    func withTable() async throws {
        let ending = FlowContext.quiet()
        ending.ending.signal()
        try await withReceiver(in: ending) { receiver in
            if let delivery = try await receiver.receive() { delivery.settle(.released) }
        }
    }
}
