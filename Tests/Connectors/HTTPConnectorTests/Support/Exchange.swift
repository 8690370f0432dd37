import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import IntegrationDocument
import NIOCore
import Testing

/// Short ways to use endpoints against a server.
enum Exchange {
    /// Sends messages with these bodies through a destination.
    static func send(
        _ bodies: [String], to node: ConfigurationNode, connector: ConfigurationNode? = nil,
        in context: FlowContext = .quiet()
    ) async throws -> SendReport {
        let destination = try TestMakers(connector: connector).destination(node)
        return try await destination.withSender(in: context) { try await $0.send(Batch(bodies)) }
    }

    /// What became of a single message: nil where it was accepted.
    static func error(
        sending body: String = "{}", to node: ConfigurationNode, connector: ConfigurationNode? = nil,
        in context: FlowContext = .quiet()
    ) async throws -> IntegrationError? {
        do {
            return try await send([body], to: node, connector: connector, in: context).refused.first?.error
        } catch let error as IntegrationError {
            return error
        }
    }

    /// Asks a service.
    static func find(
        _ keys: [String], in node: ConfigurationNode, connector: ConfigurationNode? = nil,
        context: FlowContext = .quiet()
    ) async throws -> [String] {
        let lookup = try TestMakers(connector: connector).lookup(node)
        let answers = try await lookup.withFinder(in: context) { try await $0.find(keys.map { LookupKey($0) }) }
        return answers.map { answer in
            switch answer {
            case .found(let document): document.json
            case .missing: "missing"
            case .failed(let error): "failed \(error.code) \(error.message)"
            }
        }
    }

    /// One bare request.
    static func get(
        _ url: String, _ options: HTTPTransportOptions = HTTPTransportOptions(), method: String = "GET",
        resolver: NameResolver = .system, change: (inout HTTPRequest) -> Void = { _ in }
    ) async throws -> HTTPAnswer {
        var request = HTTPRequest(method, try HTTPAddress(url))
        change(&request)
        let sent = request
        return try await HTTPTransport(options, resolver: resolver).withPool { try await $0.send(sent) }
    }
}

extension ScriptedServer {
    /// What the server noted: a request as it came.
    struct Note: Sendable {
        var method: String
        var target: String
        var headers: [String: String]
        var body: String
        /// What it was answered with.
        var status: Int64?
    }

    /// The requests that came so far, but those for this.
    func notes() async throws -> [Note] {
        let answer = try await Exchange.get(url + "/log")
        return try Document(answer.body.readableBytesView).withRoot { root in
            let list = try #require(root["requests"])
            return list.elements.map { note in
                var headers: [String: String] = [:]
                for pair in note["headers"]?.elements.map({ $0 }) ?? [] {
                    headers[pair[0]?.string ?? ""] = pair[1]?.string ?? ""
                }
                return Note(
                    method: note["method"]?.string ?? "", target: note["target"]?.string ?? "", headers: headers,
                    body: note["body"]?.string ?? "", status: note["status"]?.integer)
            }
        }
    }

    /// How many tokens it gave out.
    func tokens() async throws -> Int64? {
        let answer = try await Exchange.get(url + "/log")
        return try Document(answer.body.readableBytesView).withRoot { $0["tokens"]?.integer }
    }
}
