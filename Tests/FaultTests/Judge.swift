import ConnectorTestSupport
import IntegrationCore
import IntegrationStore

/// Compares what is in the places with what the oracle says must be there.
struct Judge {
    private(set) var lost: [Int] = []
    private(set) var copies = 0
    /// What must never be: unknown bodies, messages in another place than theirs.
    private(set) var wrong: [String] = []

    /// - Parameter count: orders that the source has accepted, numbered from 0.
    init(_ orders: Orders, count: Int, _ topology: Topology, in folder: Folder) async throws {
        var expected: [Orders.Place: [String: Int]] = [:]
        for number in 0..<count {
            let order = orders[number]
            expected[order.place, default: [:]][order.result] = number
        }
        var found = [Int](repeating: 0, count: count)
        func look(into sink: Topology.Sink?, _ name: String, for expected: [String: Int]?) async throws {
            for body in try await Self.bodies(sink, in: folder) {
                if let number = expected?[body] {
                    found[number] += 1
                } else {
                    wrong.append("\(name): \(body.prefix(300))")
                }
            }
        }
        if let everything = topology.everything {
            let lines = (0..<count).map { (orders[$0].line, $0) }
            try await look(into: everything, "everything", for: Dictionary(uniqueKeysWithValues: lines))
        } else {
            for place in Orders.Place.allCases {
                try await look(into: topology.sinks[place], place.rawValue, for: expected[place])
            }
        }
        lost = found.indices.filter { found[$0] == 0 }
        copies = found.reduce(0) { $0 + max(0, $1 - 1) }
    }

    private static func bodies(_ sink: Topology.Sink?, in folder: Folder) async throws -> [String] {
        switch sink {
        case nil: return []
        case .file(let path): return try lines(path, in: folder)
        case .http(let path):
            return try lines(Topology.record, in: folder).compactMap { line in
                line.hasPrefix(path + "\t") ? String(line.dropFirst(path.count + 1)) : nil
            }
        case .rabbit(let queue, let port): return try await RabbitQueue(queue, port: port).takeAll()
        case .table(let schema, let table): return try schema.sql("select body from \(table)")
        case .envelopes(let path): return try lines(path, in: folder).map(body(ofEnvelope:))
        case .queue(let name):
            return try await SQLiteReader.withReader(of: folder.path("data")) { reader in
                try await reader.peek(QueueName(name), offset: 0, limit: .max).map {
                    String(decoding: $0.body, as: UTF8.self)
                }
            }
        case .deadLetters(let queue):
            return try await SQLiteReader.withReader(of: folder.path("data")) { reader in
                var bodies: [String] = []
                let filter = DeadLetterFilter(queue: queue)
                for letter in try await reader.deadLetters(filter, before: nil, limit: .max) {
                    let whole = try await reader.deadLetter("\(letter.id)")
                    bodies.append(String(decoding: whole.letter.body, as: UTF8.self))
                }
                return bodies
            }
        }
    }

    private static func lines(_ path: String, in folder: Folder) throws -> [String] {
        try folder.read(path).split(separator: "\n").map(String.init)
    }

    /// The original message of an envelope; the oracle's hold no escapes but of quotation marks.
    private static func body(ofEnvelope line: String) -> String {
        guard let start = line.firstRange(of: "\"body\":\"") else { return line }
        var body = ""
        var isEscaped = false
        for character in line[start.upperBound...] {
            if isEscaped {
                body.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                break
            } else {
                body.append(character)
            }
        }
        return body
    }
}
