// swift-tools-version: 6.2
import PackageDescription

// One row per target; the loop at the end gives every Swift target the same strict settings.
let package = Package(
    name: "Integration",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // C libraries: module maps and small shims only.
        .target(
            name: "CSimdjson", path: "Sources/CLibraries/CSimdjson",
            cxxSettings: [.define("NDEBUG")], linkerSettings: [.linkedLibrary("simdjson")]),
        .systemLibrary(name: "CYAML", path: "Sources/CLibraries/CYAML", providers: [.apt(["libyaml-dev"])]),

        // The value model and the words.
        .target(name: "IntegrationDocument", dependencies: ["CSimdjson"]),
        .target(name: "IntegrationCore", dependencies: ["IntegrationDocument"]),
        .target(name: "IntegrationConfiguration", dependencies: ["IntegrationCore", "CYAML"]),

        // Connectors: one folder, one row.
        .target(name: "HTTPConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/HTTP"),
        .target(name: "PostgresConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/Postgres"),
        .target(name: "RabbitMQConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/RabbitMQ"),
        .target(name: "MQTTConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/MQTT"),
        .target(name: "GRPCConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/GRPC"),
        .target(name: "AWSConnector", dependencies: ["IntegrationCore"], path: "Sources/Connectors/AWS"),

        // Tests.
        .testTarget(name: "IntegrationDocumentTests", dependencies: ["IntegrationDocument"]),
        .testTarget(name: "IntegrationCoreTests", dependencies: ["IntegrationCore"]),
        .testTarget(
            name: "IntegrationConfigurationTests",
            dependencies: [
                "IntegrationConfiguration", "IntegrationCore", "HTTPConnector", "PostgresConnector",
                "RabbitMQConnector", "MQTTConnector", "GRPCConnector", "AWSConnector",
            ]),
    ],
    cxxLanguageStandard: .cxx17
)

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
for target in package.targets where target.type != .system && target.type != .plugin && !target.name.hasPrefix("C") {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}
