internal import FuzzerSupport
internal import IntegrationCore
internal import IntegrationDocument

@testable internal import IntegrationConfiguration

/// YAML: what was read is written and read back as the same, and every remark has a place in the text.
enum YAMLFuzzer: Fuzzer {
    static let name = "yaml"

    static func check(_ input: [UInt8]) {
        withinTime {
            var diagnostics = Diagnostics()
            let node = YAMLReader.read(input, file: "fuzzed.yaml", diagnostics: &diagnostics)
            require(node != nil || diagnostics.hasErrors, "it is refused without a reason")
            checkPlaces(diagnostics, input)
            guard let node, !diagnostics.hasErrors else { return }
            checkSpans(node, input)
            require((try? Document(node.json, policy: .lenient)) != nil, "its JSON is none: \(node.json)")
            checkWriting(node, input)
        }
    }

    /// What `config show` prints is the same configuration, but for secrets.
    private static func checkWriting(_ node: ConfigurationNode, _ text: [UInt8]) {
        // A root of nothing is read as an empty mapping.
        guard !ConfigurationFuzzer.namesFiles(text), let node = interpolated(node), !node.isNull, !holdsSecrets(node)
        else { return }
        let written = YAMLWriter.write(node)
        var diagnostics = Diagnostics()
        let again = YAMLReader.read(Array(written.utf8), file: "written.yaml", diagnostics: &diagnostics)
        require(!diagnostics.hasErrors, "what was written is refused: \(written)")
        let json = again.flatMap(interpolated)?.json ?? "nothing"
        require(json == node.json, "\(node.json) becomes \(json): \(written)")
    }

    private static func interpolated(_ node: ConfigurationNode) -> ConfigurationNode? {
        var diagnostics = Diagnostics()
        var node = node
        Interpolator(environment: ConfigurationFuzzer.environment).apply(to: &node, diagnostics: &diagnostics)
        // Not `hasErrors ? nil : node`: there `nil` would be a node, since nodes are written as literals too.
        guard !diagnostics.hasErrors else { return nil }
        return node
    }

    private static func holdsSecrets(_ node: ConfigurationNode) -> Bool {
        if let scalar = node.scalar { return scalar.isSecret || URLValue.redacted(scalar.text) != scalar.text }
        return (node.elements ?? node.mapping?.entries.map(\.value) ?? []).contains(where: holdsSecrets)
    }

    static func checkPlaces(_ diagnostics: Diagnostics, _ text: [UInt8]) {
        let lines = text.count { $0 == 0x0A || $0 == 0x0D } + 1
        for remark in diagnostics.all {
            require(!remark.message.isEmpty, "nothing is said")
            let place = remark.span.location
            // What separates lines in YAML 1.1 alone (NEL, LS, PS) counts for libyaml.
            require(place.line <= lines + text.count { $0 == 0xC2 || $0 == 0xE2 }, "the line is not there: \(remark)")
            require(!place.isKnown || place.column >= 1, "there is no such column: \(remark)")
            require(remark.span.length >= 0, "a span of negative length: \(remark)")
        }
        let files = ["fuzzed.yaml": String(decoding: text, as: UTF8.self)]
        let renderer = DiagnosticRenderer(files: files, secretSpans: diagnostics.secretSpans)
        require(renderer.render(diagnostics).isEmpty == diagnostics.all.isEmpty, "the report is empty, or is not")
    }

    private static func checkSpans(_ node: ConfigurationNode, _ text: [UInt8]) {
        require(node.span.location.line <= text.count + 1, "a value stands behind the end")
        for element in node.elements ?? [] { checkSpans(element, text) }
        for entry in node.mapping?.entries ?? [] { checkSpans(entry.value, text) }
    }
}
