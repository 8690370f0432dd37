// swift-tools-version: 6.2
import PackageDescription

// Its own package, so that nobody who builds Integration pays for it. Run it through `Benchmarks/run`.
let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "Integration", path: ".."),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ],
    targets: [
        // An empty process: the floor of start-up time and memory that no engine can go below.
        .executableTarget(name: "Floor", path: "Floor"),
        // The document alone: parse, read, build, write, beside simdjson's bare parse.
        .executableTarget(
            name: "DocumentBenchmark", dependencies: [.product(name: "IntegrationDocument", package: "Integration")],
            path: "Document"),
        // The embedded store: what it writes, hands out and moves a second, and how long it takes to open.
        .executableTarget(
            name: "StoreBenchmark",
            dependencies: [.product(name: "IntegrationStore", package: "Integration")], path: "Store",
            swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
        // The yardstick of lookups over HTTP.
        .executableTarget(
            name: "HTTPClientBenchmark",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "HTTPClient"),
    ]
)
