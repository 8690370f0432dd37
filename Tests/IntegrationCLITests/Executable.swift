import Glibc
import Testing

/// The built executable, found beside the test bundle.
enum Executable {
    /// What a run of it left.
    struct Result {
        var status: Int32
        var output: String
        var words: String
    }

    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/integration"
    }()

    /// Runs it to its end. Without input its standard input is empty.
    static func run(
        _ arguments: String..., input: String = "", in folder: Folder, environment: [String] = []
    ) throws -> Result {
        try run(arguments, input: input, in: folder, environment: environment)
    }

    static func run(
        _ arguments: [String], input: String = "", in folder: Folder, environment: [String] = [],
        launcher: [String] = []
    ) throws -> Result {
        try folder.write(".stdin", input)
        let output = folder.path(".stdout")
        let words = folder.path(".stderr")
        let child = try Child(
            arguments, folder: folder, environment: environment, input: folder.path(".stdin"), output: output,
            words: .file(words), launcher: launcher)
        let status = child.wait()
        return Result(status: status, output: try Folder.read(output), words: try Folder.read(words))
    }
}

/// A running process. Whoever makes it waits for it.
struct Child {
    enum Words {
        case file(String)
        /// Read line by line with `line(containing:)`.
        case pipe
    }

    let process: pid_t
    private let words: UnsafeMutablePointer<FILE>?

    /// - Parameter launcher: a command that becomes or starts the executable, such as `strace` and its options.
    init(
        _ arguments: [String], folder: Folder, environment: [String] = [], input: String = "/dev/null", output: String,
        words: Words, launcher: [String] = []
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var pipe: [Int32] = [-1, -1]
        switch words {
        case .file(let path): posix_spawn_file_actions_addopen(&actions, 2, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        case .pipe:
            try #require(Glibc.pipe(&pipe) == 0)
            for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever the test runner blocks or ignores must not be inherited.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&all, number) }
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"] + environment
        var process: pid_t = 0
        // The shell only changes the folder; it becomes the executable and keeps its process id.
        let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder.root] + launcher + [Executable.path]
        let code = Self.withStrings(shell + arguments) { arguments in
            Self.withStrings(variables) { posix_spawn(&process, shell[0], &actions, &attributes, arguments, $0) }
        }
        if pipe[1] >= 0 { close(pipe[1]) }
        try #require(code == 0, "\(Executable.path): \(String(cString: strerror(code)))")
        self.process = process
        self.words = pipe[0] >= 0 ? fdopen(pipe[0], "r") : nil
    }

    /// Reads standard error up to a line with this text, and returns all that was read.
    func words(upTo text: String) throws -> String {
        let words = try #require(words)
        var all = ""
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, words) > 0 {
            guard let line else { break }
            let read = String(cString: line)
            all += read
            if read.contains(text) { return all }
        }
        Issue.record("`\(text)` never came; there was only:\n\(all)")
        return all
    }

    /// Reads the rest of standard error.
    func restOfWords() throws -> String {
        let words = try #require(words)
        var all: [UInt8] = []
        while case let byte = fgetc(words), byte != EOF { all.append(UInt8(truncatingIfNeeded: byte)) }
        fclose(words)
        return String(decoding: all, as: UTF8.self)
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The exit status; 1000 and the signal's number where a signal ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 1000 + signal
    }

    private static func withStrings<R>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    }
}

/// A folder that is there for one test.
final class Folder {
    let root: String

    init() throws {
        var template = Array("/tmp/integration-cli-XXXXXX".utf8CString)
        root = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit { Self.remove(root) }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        Glibc.remove(path)
    }

    func path(_ name: String) -> String { root + "/" + name }

    func write(_ name: String, _ text: String) throws { try put(Array(text.utf8), name) }
    func append(_ name: String, _ text: String) throws { try put(Array(text.utf8), name, mode: "a") }

    func put(_ bytes: [UInt8], _ name: String, mode: String = "w") throws {
        let file = try #require(fopen(path(name), mode), "\(name): \(String(cString: strerror(errno)))")
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count, "\(name): \(String(cString: strerror(errno)))")
    }

    func read(_ name: String) throws -> String { try Self.read(path(name)) }
    static func read(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func bytes(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path): \(String(cString: strerror(errno)))")
        defer { fclose(file) }
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { all += piece[..<count] }
        return all
    }
}
