import Glibc
import IntegrationCore
import Testing

@Suite("Error codes")
struct ErrorCodeTests {
    @Test("Every code that is declared can be explained, and none is given twice")
    func complete() throws {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        var found = glob_t()
        defer { globfree(&found) }
        try #require(glob(package + "/Sources/IntegrationCore/Errors/ErrorCode+*.swift", 0, nil, &found) == 0)
        var declared: Set<String> = []
        for index in 0..<Int(found.gl_pathc) {
            let path = try #require(found.gl_pathv[index].map { String(cString: $0) })
            for match in try Folder.read(path).matches(of: /"(IE[0-9]{4})"/) { declared.insert(String(match.1)) }
        }
        let listed = ErrorCode.all.map(\.id)
        #expect(declared.count > 50)
        #expect(declared.subtracting(listed) == [])
        #expect(Set(listed).count == listed.count)
    }
}
