// swift-tools-version: 6.2
import PackageDescription

// What a server that only answers 200 costs, on NIO and on Hummingbird, and a client that only asks: the grounds that the
// HTTP source and HTTP lookups stand on.
let package = Package(
    name: "HTTPBenchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.0.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "BareNIO",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "BareNIO"),
        .executableTarget(
            name: "BareHummingbird", dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            path: "BareHummingbird"),
        // What a client costs that only asks: the yardstick of lookups.
        .executableTarget(
            name: "BareClient",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ], path: "BareClient"),
    ]
)
