import Glibc

/// A child process whose standard output is read.
struct ChildProcess {
    private let pid: pid_t
    private let output: Int32

    /// - Parameter path: of the executable, or the name of one that is built beside the tests.
    init(_ path: String, _ arguments: [String]) throws {
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0 else { throw Failure(number: errno) }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let own = CommandLine.arguments[0]
        let folder = path.hasPrefix("/") ? "" : own.lastIndex(of: "/").map { String(own[...$0]) } ?? "./"
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, folder + path, &actions, nil, words, environ)
        close(pipes[1])
        guard result == 0 else { throw Failure(number: result) }
        (pid, output) = (child, pipes[0])
    }

    struct Failure: Error {
        let number: Int32
    }

    /// Waits until it has written so many lines, kills it, and returns every whole line that it wrote.
    func kill(afterLines wanted: Int) -> [Substring] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        var isKilled = false
        while true {
            let count = Glibc.read(output, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
            guard !isKilled, bytes.count(where: { $0 == 0x0A }) >= wanted else { continue }
            Glibc.kill(pid, SIGKILL)
            isKilled = true
        }
        _ = waitForEnd()
        let whole = bytes.prefix((bytes.lastIndex(of: 0x0A) ?? -1) + 1)
        return String(decoding: whole, as: UTF8.self).split(separator: "\n")
    }

    /// Every line that it writes until it ends by itself.
    func linesToTheEnd() -> [Substring] { kill(afterLines: .max) }

    /// - Returns: what waitpid(2) says of it: 0 where it ended well.
    func waitForEnd() -> Int32 {
        close(output)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status
    }
}
