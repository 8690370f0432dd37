import Glibc
import IntegrationCore
import IntegrationTesting
import NIOPosix
import Synchronization
import Testing

@testable import HTTPConnector

@Suite("The contract of connectors, for the HTTP source", .serialized, .timeLimit(.minutes(2)))
struct ServerContractTests {
    @Test(arguments: ConnectorContract.checks(of: ServerHome.offers))
    func `keeps the contract`(_ check: ConnectorContract.Check) async throws {
        try await check.run(ServerHome())
    }
}

/// A server source, and the clients that feed it.
private final class ServerHome: ConnectorHome {
    static let offers: ConnectorOffers = [.source, .headers, .trace, .answers, .exclusive]
    var offers: ConnectorOffers { Self.offers }

    private let server = ServerUnderTest()
    /// Connections that requests were sent over, and what came back.
    private let sent = Mutex<[(connection: Int32, answer: FeedAnswer)]>([])

    deinit {
        for one in sent.withLock({ $0 }) { close(one.connection) }
    }

    func source(_ variant: ConnectorVariant) async throws -> any Source { try server.source() }

    func feed(_ messages: [ContractMessage]) async throws {
        let port = server.port
        let connections = try await RawClient.pool.runIfActive {
            messages.map { message in
                let connection = RawClient.connect(port)
                let request = post(message.body, message.headers.sorted { $0.key < $1.key }.map { "\($0): \($1)" })
                RawClient.write(Array(request.utf8), to: connection)
                return connection
            }
        }
        sent.withLock { $0 += connections.map { ($0, .none) } }
    }

    func answers() async throws -> [FeedAnswer] {
        sent.withLock { sent in
            for index in sent.indices where sent[index].answer == .none {
                sent[index].answer = Self.answer(on: sent[index].connection)
            }
            return sent.map(\.answer)
        }
    }

    /// What has come so far, without waiting for more.
    private static func answer(on connection: Int32) -> FeedAnswer {
        var part = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection, &part, part.count, Int32(MSG_DONTWAIT))
        guard count >= 12, let status = Int(String(decoding: part[9..<12], as: UTF8.self)) else { return .none }
        switch status {
        case 200...299: return .accepted
        case 503: return .retry
        default: return .refused
        }
    }
}
