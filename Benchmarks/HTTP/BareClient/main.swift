import AsyncHTTPClient
import NIOCore

// The yardstick of lookups over HTTP: bare async-http-client, so many requests, so many at once, each answer taken in.
//
// usage: BareClient URL COUNT CONCURRENCY
// URL is continued with the number of the request.

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[2]), let concurrency = Int(arguments[3]) else {
    fatalError("usage: BareClient URL COUNT CONCURRENCY")
}
let url = arguments[1]
var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)

/// Makes the requests; returns how many failed.
@Sendable
nonisolated func run(_ client: HTTPClient, _ url: String, _ count: Int, _ concurrency: Int) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
        for lane in 0..<concurrency {
            group.addTask {
                var failures = 0
                for number in stride(from: lane, to: count, by: concurrency) {
                    var request = HTTPClientRequest(url: url + String(number))
                    request.headers.add(name: "accept", value: "application/json")
                    let response = try await client.execute(request, timeout: .seconds(30))
                    let body = try await response.body.collect(upTo: 1 << 20)
                    if response.status != .ok || body.readableBytes == 0 { failures += 1 }
                }
                return failures
            }
        }
        var failures = 0
        for try await some in group { failures += some }
        return failures
    }
}

let failures = try await run(client, url, count, concurrency)
try await client.shutdown().get()
guard failures == 0 else { fatalError("\(failures) requests failed") }
