import Glibc
import Testing

/// A shell in a folder, as somebody has one who follows a tutorial: variables and what runs in the background stay.
final class Terminal {
    private let folder: Folder
    private let input: UnsafeMutablePointer<FILE>
    private var count = 0

    init(in folder: Folder) throws {
        self.folder = folder
        try folder.write(".terminal", "")
        let binaries = Executable.path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let shell = """
            cd '\(folder.root)' && PATH='\(binaries)':/usr/bin:/bin NO_COLOR=1 exec bash --noprofile --norc >.terminal 2>&1
            """
        input = try #require(popen(shell, "we"))
        // Whoever leaves takes along what runs in the background.
        try write("trap 'kill -9 $(jobs -p) 2>/dev/null' EXIT\n")
    }

    deinit { pclose(input) }

    /// Runs a command; one that only asks is asked again until its answer is as it should be, for 30 s.
    ///
    /// - Returns: what it said.
    func run(_ command: String, until isRight: (String) -> Bool) throws -> String {
        let onlyAsks = [" -c 'select", " -c \"select", " list"].contains { command.contains($0) }
        for _ in 0..<150 {
            let said = try answer(to: command)
            if isRight(said) || !onlyAsks { return said }
            usleep(200_000)
        }
        return try answer(to: command)
    }

    private func answer(to command: String) throws -> String {
        count += 1
        let (start, end) = ("<begins \(count)>\n", "<ends \(count)>\n")
        // In this shell and not a part of it, so that variables stay; nothing of it may read the commands that follow.
        try write("echo '<begins \(count)>'\n{ \(command)\n} </dev/null\necho '<ends \(count)>'\n")
        for _ in 0..<12_000 {
            let all = try folder.read(".terminal")
            if let first = all.firstRange(of: start), let last = all.firstRange(of: end) {
                return String(all[first.upperBound..<last.lowerBound])
            }
            usleep(10_000)
        }
        Issue.record("`\(command)` does not end: \(try folder.read(".terminal").suffix(1000))")
        return ""
    }

    private func write(_ text: String) throws {
        try #require(fputs(text, input) >= 0 && fflush(input) == 0)
    }
}
