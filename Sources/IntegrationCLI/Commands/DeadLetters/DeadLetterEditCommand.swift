internal import ArgumentParser
internal import Glibc
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct DeadLetterEditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Replaces the body that came in, so that a replay runs with the new one.",
        discussion: """
            EXAMPLES:
              integration dlq edit 01JDQ2R3                     in $VISUAL or $EDITOR
              integration dlq edit 01JDQ2R3 --body mended.json
              jq '.total = 5' order.json | integration dlq edit 01JDQ2R3 --body -
            """)

    @Argument(help: "The id of a dead letter or of its message, or the beginning of one.")
    var id: String

    @Option(help: "The file with the new body; - is standard input. Without it an editor is opened.")
    var body: String?

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        try await options.withStored(.writing) { link in
            let path = "/v1/dead-letters/" + PercentCoding.encode(id)
            let before = try await link.ask(.get, path)
            let old = before.document.withRoot { PrettyJSON.text($0, "body") }
            let new =
                try body.map { file throws(IntegrationError) in try InputOptions.read(file) } ?? edited(old, before)
            let after = try await link.ask(
                .put, "/v1/dead-letters/\(before.text("id") ?? id)/body", body: new)
            let text = after.document.withRoot { PrettyJSON.text($0, "body") }
            let id = after.text("id") ?? id
            if text == old { return console.say("\(id): the body is what it was; nothing was changed") }
            console.say(LineDifference(from: old, to: text).text(console.words.style) + "\(id) has a new body")
            console.say("\nNext: integration dlq replay \(id) --dry-run   |   integration dlq replay \(id)")
        }
    }

    /// What the editor leaves of a body.
    ///
    /// - Throws: with exit status 64 where there is no terminal, `editorFailed` where the editor fails.
    private func edited(_ text: String, _ reply: Reply) throws -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw CommandFailure(
                .usage,
                IntegrationError(
                    .editorFailed, "there is no terminal to edit on",
                    remedy: "Give the new body with --body FILE or --body -."))
        }
        if reply.document.withRoot({ $0["body_base64"] != nil }) {
            throw IntegrationError(.editorFailed, "the body is no text", remedy: "Give the new body with --body FILE.")
        }
        return try Editor.edit(text)
    }
}

/// The editor that the environment names.
enum Editor {
    /// Opens a text in it and returns what was saved.
    ///
    /// - Throws: `editorFailed`.
    static func edit(_ text: String) throws(IntegrationError) -> [UInt8] {
        var template = Array("/tmp/integration-XXXXXX.json".utf8CString)
        // Made with mode 0600.
        let descriptor = mkstemps(&template, 5)
        guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let reason = Channel(descriptor: descriptor).write(text)
        close(descriptor)
        if let reason { throw failure(reason) }
        let names = ["VISUAL", "EDITOR"].compactMap { (name: String) in getenv(name).map { String(cString: $0) } }
        let editor: String = names.first { !$0.isEmpty } ?? "vi"
        // The variable may hold options: it is the shell's to read.
        let status = try run(["/bin/sh", "-c", "\(editor) \"$1\"", "sh", path])
        guard status == 0 else { throw failure("\(editor) ended with status \(status)") }
        return try InputOptions.read(file: path)
    }

    private static func run(_ words: [String]) throws(IntegrationError) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], nil, nil, &arguments, environ)
        guard code == 0 else { throw failure(String(cString: strerror(code))) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    private static func failure(_ reason: String) -> IntegrationError { IntegrationError(.editorFailed, reason) }
}
