// swift-tools-version: 6.2
import PackageDescription

// Its own package, so that nobody who builds Integration pays for it. Run it through `Benchmarks/run`.
let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "Integration", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    ],
    targets: [
        // An empty process: the floor of start-up time and memory that no engine can go below.
        .executableTarget(name: "Floor", path: "Floor"),
        // The document alone: parse, read, build, write, beside simdjson's bare parse.
        .executableTarget(
            name: "DocumentBenchmark",
            dependencies: ["OrderLines", .product(name: "IntegrationDocument", package: "Integration")],
            path: "Document"),
        .target(
            name: "OrderLines", dependencies: [.product(name: "IntegrationDocument", package: "Integration")],
            path: "Orders"),
        // The languages: JSONata, templates, JSON Schema, JSONPath, patches. Run it through `Benchmarks/languages.py`.
        .executableTarget(
            name: "LanguagesBenchmark",
            dependencies: [
                "LanguagesAllocations", "OrderLines", .product(name: "IntegrationDocument", package: "Integration"),
                .product(name: "IntegrationTransforms", package: "Integration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Languages/Work", swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
        .target(name: "LanguagesAllocations", path: "Languages/Allocations"),
        // The embedded store: what it writes, hands out and moves a second, and how long it takes to open.
        .executableTarget(
            name: "StoreBenchmark",
            dependencies: [.product(name: "IntegrationStore", package: "Integration")], path: "Store",
            swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    ]
)
