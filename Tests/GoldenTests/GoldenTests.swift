import Foundation
import Testing

@Suite struct GoldenTests {
    @Test func `There are golden cases`() {
        #expect(GoldenCase.names.count >= 60)
    }

    @Test(arguments: GoldenCase.names)
    func `A golden case gives what it is expected to give`(name: String) throws {
        let golden = GoldenCase(name: name)
        let folder = try Folder()
        try golden.copy(to: folder.root)
        try generate(in: folder)
        let before = Set(try GoldenCase.files(in: folder.root).keys)

        let results = try golden.runs.map { try Executable.run($0, in: folder) }
        let result = try #require(results.last)

        let told = "\n\(results.map(\.words).joined().prefix(4000))"
        for earlier in results.dropLast() { #expect(earlier.status == 0, "an earlier run of \(name)\(told)") }
        #expect(result.status == (try golden.exit), "the exit code of \(name)\(told)")
        for text in try golden.words.errors {
            #expect(result.words.contains(text), "`\(text)` is not on standard error of \(name)\(told)")
        }
        for text in try golden.words.output {
            #expect(result.output.contains(text), "`\(text)` is not on standard output of \(name)\n\(result.output)")
        }
        let isOrdered = try golden.isOrdered
        let expected = try golden.expected
        var found = try GoldenCase.files(in: folder.root).filter { !before.contains($0.key) }
        for (path, wanted) in expected.sorted(by: { $0.key < $1.key }) {
            guard let bytes = found.removeValue(forKey: path) else {
                Issue.record("\(name) did not write \(path)\(told)")
                continue
            }
            let difference = OutputLines(bytes, isOrdered: isOrdered)
                .difference(from: OutputLines(wanted, isOrdered: isOrdered))
            if let difference { Issue.record("\(name), \(path), \(difference)") }
        }
        // A destination makes its file when it opens, so that an empty one says nothing.
        for (path, bytes) in found.sorted(by: { $0.key < $1.key }) where !bytes.isEmpty {
            let text = String(decoding: bytes.prefix(1000), as: UTF8.self)
            Issue.record("\(name) wrote \(path), which nothing expects:\n\(text)")
        }
    }

    /// Runs the hook of a case that makes its own input, such as one too large to keep.
    private func generate(in folder: Folder) throws {
        guard FileManager.default.fileExists(atPath: folder.path("generate.sh")) else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["generate.sh"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.root)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "generate.sh failed")
    }
}
