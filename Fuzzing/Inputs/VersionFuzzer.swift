internal import FuzzerSupport
internal import IntegrationCore

@testable internal import IntegrationConfiguration

/// Versions of schemas and of plug-ins, separated from each other; the first may be a range.
enum VersionFuzzer: Fuzzer {
    static let name = "versions"

    static func check(_ input: [UInt8]) {
        let texts = parts(input, most: 6).map { String(validating: $0, as: UTF8.self) ?? "" }
        withinTime {
            checkSchemaVersions(texts.filter(SchemaVersion.isName))
            checkVersions(texts.compactMap { Version($0) }, texts)
        }
    }

    /// Names of versions are in one order, so that the latest does not hang on how they are written.
    private static func checkSchemaVersions(_ names: [String]) {
        func isLower(_ left: String, _ right: String) -> Bool { SchemaVersion.isLower(left, than: right) }
        for one in names {
            for two in names {
                require(isLower(one, two) || isLower(two, one) || one == two, "\(one) and \(two) are alike")
                require(!isLower(one, two) || !isLower(two, one), "\(one) and \(two) are lower than each other")
                for three in names where isLower(one, two) && isLower(two, three) {
                    require(isLower(one, three), "\(one) < \(two) < \(three), but not \(one) < \(three)")
                }
            }
        }
        let unique = Array(Set(names))
        guard let latest = unique.max(by: isLower) else { return }
        let declared: ConfigurationNode = [
            "versions": .mapping(unique.map { ($0, ["schema": ["const": .string($0)]]) })
        ]
        var context = DecodingContext()
        guard let schema = SchemaConfiguration.decode(declared, &context) else {
            return require(false, "versions are refused: \(context.diagnostics.all)")
        }
        require(schema.latest == latest, "the latest is \(schema.latest), not \(latest)")
        let all = schema.declared(as: "s").flatMap(\.names)
        let expected = unique.map { "s@\($0)" } + ["s", "s@latest"]
        require(all.sorted() == expected.sorted(), "\(all) can be named")
    }

    private static func checkVersions(_ versions: [Version], _ texts: [String]) {
        for version in versions {
            require(Version("\(version)") == version, "it is written as \(version)")
            func isIn(_ range: String) -> Bool { VersionRange(range)?.contains(version) ?? false }
            let text = "\(version)"
            require(
                isIn(text) && isIn(">=" + text) && isIn("<=" + text) && isIn("^" + text), "\(text) is not in itself")
            require(!isIn("<" + text) && !isIn(">" + text), "\(text) is beyond itself")
            require(isIn("*") == version.prerelease.isEmpty, "\(text) is in everything, or is not")
            for other in versions {
                require((version < other) != (other < version) || version == other, "\(version) and \(other)")
                for third in versions where version < other && other < third {
                    require(version < third, "\(version) < \(other) < \(third)")
                }
            }
            guard let left = texts.first, let right = texts.last, let one = VersionRange(left),
                let two = VersionRange(right), let both = VersionRange(left + "||" + right)
            else { continue }
            require(both.contains(version) == (one.contains(version) || two.contains(version)), "\(both) of \(text)")
        }
    }
}
