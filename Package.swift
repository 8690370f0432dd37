// swift-tools-version: 6.2
import PackageDescription

// One row per target; the loop at the end gives every Swift target the same strict settings.
let package = Package(
    name: "Integration",
    products: [
        .library(name: "Integration", targets: ["IntegrationDocument", "IntegrationCore", "IntegrationTransforms"])
    ],
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

        // No pkgConfig here: it would link the shared library beside the archive that the module map names.
        .systemLibrary(
            name: "CPCRE2", path: "Sources/CLibraries/CPCRE2", providers: [.apt(["libpcre2-dev"])]),

        // The value model and the words.
        .target(name: "IntegrationDocument", dependencies: ["CSimdjson"]),
        .target(name: "IntegrationCore", dependencies: ["IntegrationDocument"]),

        // Regular expressions with a budget.
        .target(name: "IntegrationPatterns", dependencies: ["CPCRE2"]),

        // Steps and the languages.
        .target(
            name: "IntegrationTransforms",
            dependencies: ["IntegrationCore", "IntegrationDocument", "IntegrationPatterns"]),

        // Tests.
        .testTarget(name: "IntegrationDocumentTests", dependencies: ["IntegrationDocument"]),
        .testTarget(name: "IntegrationPatternsTests", dependencies: ["IntegrationPatterns"]),
        .testTarget(
            name: "IntegrationTransformsTests",
            dependencies: ["IntegrationTransforms", "IntegrationCore", "IntegrationDocument"]),
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
