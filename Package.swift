// swift-tools-version: 6.2
import PackageDescription

// Products of other packages that many targets use.
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")

// One row per target; the loop at the end gives every Swift target the same strict settings.
let package = Package(
    name: "Integration",
    products: [
        // The document, the languages and the store alone: for their benchmarks (Benchmarks).
        .library(name: "IntegrationDocument", targets: ["IntegrationDocument"]),
        .library(name: "IntegrationTransforms", targets: ["IntegrationTransforms", "IntegrationCore"]),
        .library(name: "IntegrationStore", targets: ["IntegrationStore", "IntegrationCore"]),
        .library(
            name: "Integration",
            targets: [
                "Integration", "IntegrationDocument", "IntegrationCore", "IntegrationEngine", "IntegrationTransforms",
                "IntegrationFormats", "IntegrationConfiguration", "IntegrationResilience", "IntegrationServices",
                "FileConnector", "ConsoleConnector", "DropConnector", "GenerateConnector", "TableConnector",
            ]),
        .library(name: "IntegrationTesting", targets: ["IntegrationTesting"]),
        // The languages, the formats and schedules, for their fuzzers (Fuzzing).
        .library(
            name: "IntegrationLanguages",
            targets: [
                "IntegrationDocument", "IntegrationCore", "IntegrationPatterns", "IntegrationTransforms",
                "IntegrationFormats", "FileSystemClient", "GenerateConnector",
            ]),
        // What else reads texts of others, for its fuzzers: nothing that links TLS, which would take minutes.
        .library(
            name: "IntegrationInputs",
            targets: [
                "IntegrationCore", "IntegrationConfiguration", "IntegrationEngine", "IntegrationFormats",
                "IntegrationServices", "IntegrationStore", "IntegrationTransforms", "PostgreSQLClient", "FileConnector",
                "ConsoleConnector", "DropConnector", "GenerateConnector", "TableConnector",
            ]),
        .executable(name: "integration", targets: ["IntegrationCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
    ],
    targets: [
        // C libraries: module maps and small shims only.
        .target(
            name: "CSimdjson", path: "Sources/CLibraries/CSimdjson",
            cxxSettings: [.define("NDEBUG")], linkerSettings: [.linkedLibrary("simdjson")]),
        .systemLibrary(name: "CYAML", path: "Sources/CLibraries/CYAML", providers: [.apt(["libyaml-dev"])]),

        // No pkgConfig here: it would link the shared library beside the archive that the module map names.
        .systemLibrary(
            name: "CPCRE2", path: "Sources/CLibraries/CPCRE2", providers: [.apt(["libpcre2-dev"])]),

        // Loaded at its first use, never linked: the header alone is needed.
        .target(name: "CRabbitMQ", path: "Sources/CLibraries/CRabbitMQ"),

        .systemLibrary(
            name: "CSQLite", path: "Sources/CLibraries/CSQLite", providers: [.apt(["libsqlite3-dev"])]),

        // Loaded when they are first needed, never linked: see docs/decisions/0050.
        .target(name: "CLibPQ", path: "Sources/CLibraries/CLibPQ"),

        // The value model and the words.
        .target(name: "IntegrationDocument", dependencies: ["CSimdjson"]),
        .target(
            name: "IntegrationCore",
            dependencies: ["IntegrationDocument", logging]),
        .target(
            name: "IntegrationResilience",
            dependencies: ["IntegrationCore", "IntegrationDocument", logging]),

        // Services with several endpoints: discovery, health, balancing, caches.
        .target(
            name: "IntegrationServices",
            dependencies: [
                "IntegrationCore", "IntegrationDocument", "IntegrationResilience", "FileSystemClient", logging,
                nioCore, nioPosix,
            ]),

        // Steps and the languages; regular expressions with a budget.
        .target(name: "IntegrationPatterns", dependencies: ["CPCRE2"]),
        .target(
            name: "IntegrationTransforms",
            dependencies: ["IntegrationCore", "IntegrationDocument", "IntegrationPatterns", logging]),
        .target(name: "IntegrationFormats", dependencies: ["IntegrationDocument", "IntegrationCore"]),

        // Where queues, positions, dead letters, state and events are kept.
        .target(name: "IntegrationStore", dependencies: ["IntegrationCore", "FileSystemClient", "CSQLite"]),

        // What makes flows run.
        .target(
            name: "IntegrationEngine",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "IntegrationStore", logging,
                serviceLifecycle, .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),

        // For those who test flows, steps and connectors of their own.
        .target(
            name: "IntegrationTesting",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "IntegrationEngine",
                "IntegrationStore", logging,
            ]),

        // YAML → plan.
        .target(
            name: "IntegrationConfiguration",
            dependencies: [
                "IntegrationCore", "IntegrationEngine", "IntegrationResilience", "IntegrationServices",
                "IntegrationStore", "CYAML", logging,
            ]),

        // The admin API.
        .target(
            name: "IntegrationServer",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationEngine", "IntegrationServices",
                "IntegrationStore", "IntegrationTransforms", logging, serviceLifecycle, nioCore, nioPosix, nioHTTP1,
            ]),

        // Clients: no engine words in them.
        .target(
            name: "FileSystemClient", dependencies: ["IntegrationDocument", "IntegrationCore"],
            path: "Sources/Clients/FileSystem"),

        .target(
            name: "HTTPTransport",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience",
                .product(name: "AsyncHTTPClient", package: "async-http-client"), logging, nioCore, nioPosix, nioHTTP1,
                nioHTTPCompression, nioSSL, nioTLS,
            ],
            path: "Sources/Clients/HTTP"),

        .target(
            name: "RabbitMQClient",
            dependencies: ["IntegrationCore", "IntegrationResilience", "FileSystemClient", "CRabbitMQ", logging],
            path: "Sources/Clients/RabbitMQ"),
        .target(
            name: "PostgreSQLClient",
            dependencies: [
                "CLibPQ", "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "FileSystemClient",
                logging,
            ],
            path: "Sources/Clients/PostgreSQL"),

        // Connectors: one folder, one row.
        .target(
            name: "FileConnector",
            dependencies: ["IntegrationDocument", "IntegrationCore", "FileSystemClient", logging],
            path: "Sources/Connectors/File"),
        .target(
            name: "ConsoleConnector", dependencies: ["IntegrationDocument", "IntegrationCore", "FileSystemClient"],
            path: "Sources/Connectors/Console"),
        .target(name: "DropConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/Drop"),
        .target(
            name: "GenerateConnector", dependencies: ["IntegrationDocument", "IntegrationCore"],
            path: "Sources/Connectors/Generate"),
        .target(
            name: "TableConnector", dependencies: ["IntegrationDocument", "IntegrationCore", "FileSystemClient"],
            path: "Sources/Connectors/Table"),
        .target(
            name: "HTTPConnector",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "HTTPTransport",
                .product(name: "Crypto", package: "swift-crypto"), logging, nioCore, nioPosix, nioHTTP1,
                nioHTTPCompression, nioSSL,
            ],
            path: "Sources/Connectors/HTTP"),
        .target(
            name: "PostgresConnector",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "PostgreSQLClient", logging,
            ],
            path: "Sources/Connectors/Postgres"),
        .target(
            name: "RabbitMQConnector",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "RabbitMQClient",
                .product(name: "Crypto", package: "swift-crypto"), logging,
            ],
            path: "Sources/Connectors/RabbitMQ"),
        .target(name: "MQTTConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/MQTT"),
        .target(name: "GRPCConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/GRPC"),
        .target(name: "AWSConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/AWS"),

        // The composition root: one register line per connector.
        .target(
            name: "Integration",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "IntegrationEngine",
                "IntegrationServices", "IntegrationTransforms", "IntegrationFormats", "IntegrationConfiguration",
                "FileConnector", "ConsoleConnector", "DropConnector", "GenerateConnector", "TableConnector",
                "HTTPConnector", "PostgresConnector", "RabbitMQConnector", "MQTTConnector", "GRPCConnector",
                "AWSConnector", "FileSystemClient", logging, serviceLifecycle,
            ]),

        // The `integration` command.
        .executableTarget(
            name: "IntegrationCLI",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationResilience", "IntegrationEngine",
                "IntegrationTransforms", "IntegrationConfiguration", "Integration", "IntegrationServer",
                "IntegrationServices", "IntegrationStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), logging, serviceLifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // Examples: one executable a folder, see Examples/README.md.
        .target(name: "ExampleSupport", path: "Examples/Support"),

        // Tests.
        .target(name: "TestSupport", path: "Tests/Support", exclude: ["Sanitizer", "FaultProxy"]),
        // A TCP proxy that does to connections what networks do.
        .target(
            name: "FaultProxy",
            dependencies: [nioCore, nioPosix], path: "Tests/Support/FaultProxy"),
        .testTarget(
            name: "FaultProxyTests",
            dependencies: ["FaultProxy", nioCore, nioPosix]),
        .testTarget(name: "IntegrationDocumentTests", dependencies: ["IntegrationDocument", "TestSupport"]),
        .testTarget(
            name: "IntegrationCoreTests", dependencies: ["IntegrationCore", "IntegrationDocument", "TestSupport"]),
        .testTarget(
            name: "IntegrationResilienceTests",
            dependencies: [
                "IntegrationResilience", "IntegrationCore", "IntegrationDocument", "IntegrationTesting", logging,
            ]),
        .testTarget(
            name: "IntegrationEngineTests",
            dependencies: [
                "IntegrationEngine", "IntegrationTesting", "IntegrationCore", "IntegrationDocument",
                "IntegrationFormats", "IntegrationResilience", "IntegrationStore", "ConnectorTestSupport", logging,
            ]),
        .testTarget(
            name: "IntegrationStoreTests",
            dependencies: [
                "IntegrationStore", "IntegrationTesting", "IntegrationCore", "FileSystemClient", "StoreVictim",
            ]),
        // A process that tests of the store kill.
        .executableTarget(
            name: "StoreVictim", dependencies: ["IntegrationStore", "IntegrationCore"], path: "Tests/StoreVictim"),
        .testTarget(
            name: "IntegrationServerTests",
            dependencies: [
                "IntegrationServer", "IntegrationServices", "IntegrationStore", "IntegrationEngine",
                "IntegrationTesting", "IntegrationCore", "IntegrationDocument", logging,
            ]),
        .testTarget(
            name: "IntegrationServicesTests",
            dependencies: [
                "IntegrationServices", "IntegrationResilience", "IntegrationTesting", "IntegrationCore",
                "IntegrationDocument", logging, nioCore, nioPosix,
            ]),
        .testTarget(name: "IntegrationPatternsTests", dependencies: ["IntegrationPatterns"]),
        .testTarget(
            name: "IntegrationTransformsTests",
            dependencies: [
                "IntegrationTransforms", "IntegrationCore", "IntegrationDocument", "IntegrationPatterns",
                "TestSupport", "ConnectorTestSupport",
            ]),
        .testTarget(
            name: "IntegrationConfigurationTests",
            dependencies: [
                "IntegrationConfiguration", "IntegrationCore", "IntegrationEngine", "IntegrationResilience",
                "IntegrationServices", "HTTPConnector", "PostgresConnector", "RabbitMQConnector", "MQTTConnector",
                "GRPCConnector", "AWSConnector", logging,
            ]),
        .testTarget(
            name: "IntegrationCLITests",
            dependencies: [
                "IntegrationCLI", "IntegrationCore", "IntegrationEngine", "IntegrationConfiguration",
                "ConnectorTestSupport", logging,
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Integration", "IntegrationConfiguration", "IntegrationCore", "IntegrationDocument",
                "IntegrationEngine", "IntegrationFormats", "IntegrationResilience", "IntegrationServices",
                "IntegrationTesting", "IntegrationTransforms", "FileConnector", "TableConnector", "TestSupport",
                logging,
            ]),
        .testTarget(
            name: "GoldenTests", dependencies: ["IntegrationCLI"], path: "Tests/GoldenTests"),
        // The built executable under kills and other faults; see scripts/faults.
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "Integration", "IntegrationCLI", "IntegrationConfiguration", "IntegrationCore", "IntegrationServices",
                "IntegrationStore", "RabbitMQClient", "ConnectorTestSupport", "FaultProxy", logging,
            ]),
        .target(
            name: "ConnectorTestSupport",
            dependencies: [
                "IntegrationDocument", "IntegrationCore", "IntegrationTesting", "IntegrationTransforms", logging,
            ], path: "Tests/Connectors/Support"),
        .testTarget(
            name: "RabbitMQClientTests",
            dependencies: [
                "RabbitMQClient", "FileSystemClient", "IntegrationCore", "ConnectorTestSupport", "FaultProxy", logging,
            ], path: "Tests/Connectors/RabbitMQClientTests"),
        .testTarget(
            name: "RabbitMQConnectorTests",
            dependencies: [
                "RabbitMQConnector", "RabbitMQClient", "IntegrationDocument", "IntegrationCore", "IntegrationTesting",
                "IntegrationTransforms", "ConnectorTestSupport", "TestSupport", "FaultProxy", logging,
            ], path: "Tests/Connectors/RabbitMQConnectorTests"),
        .testTarget(
            name: "FileConnectorTests",
            dependencies: [
                "FileConnector", "FileSystemClient", "IntegrationFormats", "IntegrationDocument", "IntegrationCore",
                "IntegrationEngine", "IntegrationResilience", "IntegrationStore", "IntegrationTesting",
                "ConnectorTestSupport",
            ], path: "Tests/Connectors/FileConnectorTests"),
        .testTarget(
            name: "ConsoleConnectorTests",
            dependencies: [
                "ConsoleConnector", "IntegrationFormats", "IntegrationDocument", "IntegrationCore",
                "ConnectorTestSupport",
            ], path: "Tests/Connectors/ConsoleConnectorTests"),
        .testTarget(
            name: "DropConnectorTests", dependencies: ["DropConnector", "IntegrationCore", "ConnectorTestSupport"],
            path: "Tests/Connectors/DropConnectorTests"),
        .testTarget(
            name: "GenerateConnectorTests",
            dependencies: [
                "GenerateConnector", "IntegrationDocument", "IntegrationCore", "ConnectorTestSupport", "TestSupport",
            ], path: "Tests/Connectors/GenerateConnectorTests"),
        .testTarget(
            name: "HTTPConnectorTests",
            dependencies: [
                "HTTPConnector", "HTTPTransport", "IntegrationFormats", "IntegrationDocument", "IntegrationCore",
                "IntegrationEngine", "IntegrationResilience", "IntegrationStore", "IntegrationTesting",
                "IntegrationTransforms", "ConnectorTestSupport", "TestSupport", "FaultProxy", logging, nioCore,
                nioPosix, nioHTTP1, nioSSL,
            ], path: "Tests/Connectors/HTTPConnectorTests"),
        .testTarget(
            name: "PostgresConnectorTests",
            dependencies: [
                "PostgresConnector", "PostgreSQLClient", "IntegrationDocument", "IntegrationCore", "IntegrationEngine",
                "IntegrationFormats", "IntegrationResilience", "IntegrationStore", "IntegrationTesting",
                "IntegrationTransforms", "ConnectorTestSupport", "FaultProxy", logging,
            ], path: "Tests/Connectors/PostgresConnectorTests"),
        .testTarget(
            name: "PostgreSQLClientTests",
            dependencies: [
                "PostgreSQLClient", "IntegrationDocument", "IntegrationCore", "IntegrationResilience",
                "ConnectorTestSupport", "FaultProxy", logging,
            ], path: "Tests/Connectors/PostgreSQLClientTests"),
        .testTarget(
            name: "TableConnectorTests",
            dependencies: [
                "TableConnector", "FileSystemClient", "IntegrationFormats", "IntegrationDocument", "IntegrationCore",
                "ConnectorTestSupport",
            ], path: "Tests/Connectors/TableConnectorTests"),
    ],
    cxxLanguageStandard: .cxx17
)

// What programs that use the library import, and what shows them.
let library: [Target.Dependency] = [
    "Integration", "IntegrationConfiguration", "IntegrationCore", "IntegrationDocument", "IntegrationEngine",
    "IntegrationFormats",
    "IntegrationResilience", "IntegrationServices", "IntegrationTransforms", "DropConnector", "FileConnector",
    "TableConnector", "ExampleSupport", logging,
]
for name in [
    "PluginManagement", "IntegrationFlow", "Connectors", "DataTransformation", "PluginDevelopment", "FlowDevelopment",
    "ServiceMesh", "Monitoring",
] {
    package.targets.append(
        .executableTarget(
            name: "\(name)Example", dependencies: library, path: "Examples/\(name)", exclude: ["expected.txt"]))
}

// Under Thread Sanitizer (scripts/tsan) every test is linked with what tells it of contended mutexes.
let isSanitized = Context.environment["INTEGRATION_SANITIZE"] == "thread"
if isSanitized {
    for target in package.targets where target.type == .test { target.dependencies.append("SanitizedMutex") }
    package.targets += [
        .target(name: "SanitizedMutex", path: "Tests/Support/Sanitizer/Mutex"),
        .executableTarget(
            name: "SanitizerProbe", dependencies: ["SanitizedMutex"], path: "Tests/Support/Sanitizer/Probe"),
    ]
}

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
for target in package.targets
where target.type != .system && target.path?.hasPrefix("Sources/CLibraries/") != true && target.name != "SanitizedMutex"
{
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}

// `INTEGRATION_ONLY=IntegrationCoreTests,…` builds these targets and what they need, nothing else (scripts/tsan).
if let only = Context.environment["INTEGRATION_ONLY"], !only.isEmpty {
    var kept: Set<String> = []
    var pending = only.split(separator: ",").map(String.init) + (isSanitized ? ["SanitizerProbe"] : [])
    while let name = pending.popLast() {
        guard kept.insert(name).inserted else { continue }
        guard let target = package.targets.first(where: { $0.name == name }) else { fatalError("no target \(name)") }
        for case .byNameItem(let dependency, _) in target.dependencies { pending.append(dependency) }
        for case .targetItem(let dependency, _) in target.dependencies { pending.append(dependency) }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
}
