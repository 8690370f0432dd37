import Foundation

/// One folder of `Tests/Golden`: a flow, its input, and what must come out.
struct GoldenCase {
    /// Files of a case that say something to the runner and are not part of the run.
    private static let words: Set<String> = [
        "expected", "exit", "stderr-contains.txt", "stdout-contains.txt", "command",
    ]
    static let root = String(#filePath.dropLast("GoldenTests/GoldenCase.swift".count)) + "Golden"

    let name: String
    private var folder: String { Self.root + "/" + name }

    /// Every folder with a `flow.yaml`.
    static var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return all.filter { FileManager.default.fileExists(atPath: "\(root)/\($0)/flow.yaml") }.sorted()
    }

    /// What the command is asked to do, one run after another.
    var runs: [[String]] {
        get throws {
            let runs = try lines("command").map { $0.split(separator: " ").map(String.init) }
            return runs.isEmpty ? [["run", "flow.yaml", "--until-idle"]] : runs
        }
    }

    var exit: Int32 {
        get throws { try lines("exit").first.flatMap { Int32($0) } ?? 0 }
    }

    /// Texts that must stand in the words on standard error, and on standard output.
    var words: (errors: [String], output: [String]) {
        get throws { (try lines("stderr-contains.txt"), try lines("stdout-contains.txt")) }
    }

    /// Whether the order of lines counts.
    var isOrdered: Bool {
        get throws { try String(contentsOfFile: folder + "/flow.yaml", encoding: .utf8).contains("ordering: ") }
    }

    var expected: [String: [UInt8]] {
        get throws { try Self.files(in: folder + "/expected") }
    }

    /// Copies what a run needs into another folder.
    func copy(to target: String) throws {
        for entry in try FileManager.default.contentsOfDirectory(atPath: folder) where !Self.words.contains(entry) {
            try FileManager.default.copyItem(atPath: "\(folder)/\(entry)", toPath: "\(target)/\(entry)")
        }
    }

    private func lines(_ file: String) throws -> [String] {
        let path = folder + "/" + file
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// All files below a folder by their paths in it; those that a dot hides are left out.
    static func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        guard let paths = FileManager.default.enumerator(atPath: folder) else { return files }
        for case let path as String in paths where !path.hasPrefix(".") {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            files[path] = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))
        }
        return files
    }
}

/// The lines of an output file, in a form that two runs have in common.
struct OutputLines: Equatable {
    let lines: [String]

    /// - Parameter isOrdered: otherwise the lines are sorted: only which there are counts, and how often.
    init(_ bytes: [UInt8], isOrdered: Bool) {
        let text = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let lines = text.map { Self.withoutVolatileMembers(String(decoding: $0, as: UTF8.self)) }
        self.lines = isOrdered ? lines : lines.sorted()
    }

    /// The first lines that differ, at most three; nil where none does.
    func difference(from expected: OutputLines) -> String? {
        var words: [String] = []
        for index in 0..<max(lines.count, expected.lines.count) {
            let got = index < lines.count ? lines[index] : nil
            let wanted = index < expected.lines.count ? expected.lines[index] : nil
            guard got != wanted else { continue }
            words.append("line \(index + 1)\n  is        \(Self.shown(got))\n  should be \(Self.shown(wanted))")
            if words.count == 3 { break }
        }
        return words.isEmpty ? nil : words.joined(separator: "\n")
    }

    private static func shown(_ line: String?) -> String {
        guard let line else { return "(not there)" }
        return line.count > 1000 ? line.prefix(1000) + "…" : line
    }

    /// A dead letter's `id` and `time` are of one run only.
    private static func withoutVolatileMembers(_ line: String) -> String {
        guard line.hasPrefix("{\"id\":\""), line.contains("\"attempts\":") else { return line }
        return
            line
            .replacing(#/^\{"id":"[^"]*"(?<rest>,"flow":)/#) { "{\"id\":\"ID\"\($0.rest)" }
            .replacing(#/(?<start>"attempts":\d+,"time":)"[^"]*"/#) { "\($0.start)\"TIME\"" }
    }
}
