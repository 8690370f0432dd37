internal import Glibc
internal import IntegrationCore
internal import IntegrationEngine
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import ServiceLifecycle

/// Serves the admin API over a Unix socket as HTTP/1.1.
public struct SocketServer: Service {
    private let socket: SocketFile
    private let table: RouteTable
    private let services: AdminServices
    private let logger: Logger

    /// The largest body of a request, in bytes.
    static let largestBody = 64 << 20
    /// How many connections are open at once; more are closed at once.
    static let mostConnections = 128
    /// How long requests that are being answered may take when the server stops.
    private static let grace = Duration.seconds(1)

    public init(_ socket: SocketFile, table: RouteTable = .standard, services: AdminServices, logger: Logger) {
        self.socket = socket
        self.table = table
        self.services = services
        self.logger = logger
    }

    /// Serves from the moment at which the engine runs until it is told to stop; requests that are being answered then are finished within a second.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await services.engine?.waitUntilRunning() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        // NIO closes what it is given; the file keeps its own.
        let server = try await ServerBootstrap(group: group).bind(dup(socket.descriptor)) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                return try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                    wrappingChannelSynchronously: channel)
            }
        }
        let traffic = Traffic()
        let context = (table: table, services: services)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    try await server.executeThenClose { inbound in
                        for try await channel in inbound {
                            guard traffic.open < Self.mostConnections else {
                                try await channel.channel.close()
                                continue
                            }
                            connections.addTask {
                                await Connection(channel: channel, traffic: traffic, logger: logger)
                                    .serve(context.table, context.services)
                            }
                        }
                    }
                }
            }
            tasks.addTask {
                try await gracefulShutdown()
                await traffic.waitForNone(atMost: Self.grace, clock: services.clock)
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }
}
