internal import IntegrationCore
internal import NIOCore
internal import NIOPosix

/// Carries one query to one name server and brings the answer.
protocol DNSTransport: Sendable {
    /// - Parameter isAnswer: what comes and is no answer to the query is passed over.
    /// - Throws: where nothing could be sent or received; cancelled when nobody waits any more.
    func ask(
        _ query: [UInt8], at server: String, port: Int, overTCP: Bool, until isAnswer: @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8]
}

/// UDP and TCP on SwiftNIO (RFC 1035, 4.2).
struct NetworkDNSTransport: DNSTransport {
    /// Datagrams that are looked at before giving up: whoever floods us is not waited for.
    private static let mostStrangers = 100

    private struct Closed: Error {}

    func ask(
        _ query: [UInt8], at server: String, port: Int, overTCP: Bool, until isAnswer: @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        let address = try SocketAddress(ipAddress: server, port: port)
        return overTCP ? try await askTCP(query, address, isAnswer) : try await askUDP(query, address, isAnswer)
    }

    /// From a port that the system draws for this query alone; the socket takes datagrams from the server only.
    private func askUDP(
        _ query: [UInt8], _ address: SocketAddress, _ isAnswer: @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        typealias Envelope = AddressedEnvelope<ByteBuffer>
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<Envelope, Envelope>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(Envelope(remoteAddress: address, data: ByteBuffer(bytes: query)))
            var strangers = 0
            for try await envelope in inbound {
                let bytes = Array(envelope.data.readableBytesView)
                if isAnswer(bytes) { return bytes }
                strangers += 1
                if strangers == Self.mostStrangers { break }
            }
            throw Closed()
        }
    }

    private func askTCP(
        _ query: [UInt8], _ address: SocketAddress, _ isAnswer: @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var message = ByteBuffer(integer: UInt16(query.count))
            message.writeBytes(query)
            try await outbound.write(message)
            // The length stands before the message: no more than 65,535 bytes are kept.
            var received = ByteBuffer()
            for try await var part in inbound {
                received.writeBuffer(&part)
                guard let length = received.getInteger(at: received.readerIndex, as: UInt16.self) else { continue }
                guard let bytes = received.getBytes(at: received.readerIndex + 2, length: Int(length)) else { continue }
                guard isAnswer(bytes) else { throw Closed() }
                return bytes
            }
            throw Closed()
        }
    }
}
