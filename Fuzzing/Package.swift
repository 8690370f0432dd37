// swift-tools-version: 6.2
import PackageDescription

// Its own package: only fuzzers are built with these flags. Run it through `scripts/fuzz`, which adds the sanitizers.
let package = Package(
    name: "Fuzzing",
    dependencies: [.package(name: "Integration", path: "..")],
    targets: [
        // ReferenceGrammar.swift there is the one of the document's tests.
        .executableTarget(
            name: "DocumentFuzzer", dependencies: [.product(name: "IntegrationDocument", package: "Integration")],
            path: "Document",
            // libFuzzer has its own `main`.
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    ]
)
