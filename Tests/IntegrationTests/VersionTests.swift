import Integration
import Testing

@Suite("Versions") struct VersionTests {
    @Test func `precedence is that of SemVer 2, section 11`() throws {
        let ascending = [
            "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
            "1.0.0-beta.11", "1.0.0-beta.99999999999999999999", "1.0.0-beta.100000000000000000000", "1.0.0-beta.-5",
            "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
        ]
        let versions = try ascending.map { try #require(Version($0)) }
        for (one, other) in zip(versions, versions.dropFirst()) {
            #expect(one < other)
            #expect(!(other < one))
        }
        #expect(versions.map(\.description) == ascending)
        #expect(Version("1.0.0+build.5") == Version("1.0.0"))
    }

    @Test(arguments: [
        "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3-a..b", "-1.2.3",
        "9223372036854775807.0.0",
    ])
    func `what is no version is refused`(text: String) { #expect(Version(text) == nil) }

    @Test(arguments: [
        ("0.8.0", ["0.8.0"], ["0.8.1", "0.7.9"]), ("1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.1.9"]),
        ("1", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.0"]), ("^0.8", ["0.8.0", "0.8.9"], ["0.9.0", "0.7.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]), ("^1.2.3", ["1.2.3", "1.9.0"], ["2.0.0", "1.2.2", "2.0.0-rc.1"]),
        ("^0", ["0.0.1", "0.9.9"], ["1.0.0"]), ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0"]), ("~1", ["1.9.0"], ["2.0.0"]),
        (">=1 <2", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]), (">1.2", ["1.3.0"], ["1.2.9"]),
        ("<=1.2", ["1.2.9", "0.1.0"], ["1.3.0"]), (">1.2.3 <=1.4.0", ["1.2.4", "1.4.0"], ["1.2.3", "1.4.1"]),
        ("1.0.0 || ^2", ["1.0.0", "2.5.0"], ["1.0.1", "3.0.0"]), ("*", ["0.0.0", "9.9.9"], ["1.0.0-rc.1"]),
        ("<=0.0.0-rc.1", ["0.0.0-rc.1", "0.0.0-alpha"], ["0.0.0", "0.0.0-rc.2"]),
        (">=1.0.0-rc.1", ["1.0.0-rc.2", "1.0.0", "1.5.0"], ["1.0.0-beta", "1.5.0-rc.1"]),
    ])
    func `a range contains what it should`(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(VersionRange(text))
        for version in inside { #expect(range.contains(try #require(Version(version)))) }
        for version in outside { #expect(!range.contains(try #require(Version(version)))) }
    }

    @Test(arguments: [
        "", " ", "latest", "^", ">=", "1.2.3.4", "=>1", "1 || ", "|| 1", "1 | 2", "^x", "1.02",
        "^9223372036854775807",
    ])
    func `what is no range is refused`(text: String) { #expect(VersionRange(text) == nil) }
}
