// swift-tools-version: 6.2
import PackageDescription

// Its own package: only fuzzers are built with these flags. Run it through `scripts/fuzz`, which adds the sanitizers.
// One executable holds several, since linking is what takes long; the environment says which of them runs.
let package = Package(
    name: "Fuzzing",
    dependencies: [.package(name: "Integration", path: "..")],
    targets: [
        .target(
            name: "FuzzerSupport", dependencies: [.product(name: "IntegrationLanguages", package: "Integration")],
            path: "Support"),
        // ReferenceGrammar.swift there is the one of the document's tests. Likewise the parsers of HTTP in Inputs are the files
        // of their targets, which link TLS: what stands in these files needs none.
        .fuzzer(
            "LanguageFuzzers", path: "Languages",
            dependencies: [.product(name: "IntegrationLanguages", package: "Integration")]),
        .fuzzer(
            "InputFuzzers", path: "Inputs", dependencies: [.product(name: "IntegrationInputs", package: "Integration")]),
    ]
)

extension Target {
    static func fuzzer(_ name: String, path: String, dependencies: [Dependency]) -> Target {
        .executableTarget(
            name: name, dependencies: ["FuzzerSupport"] + dependencies, path: path,
            // libFuzzer has its own `main`.
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    }
}
