import ConnectorTestSupport

/// A page of docs/tutorials: its files (blocks such as ```` ```yaml file=integration.yaml ````), and the commands of its
/// `console` blocks, which begin with `$ `, with what they say.
struct Tutorial {
    struct Command {
        let text: String
        /// What it says; `…` stands for anything.
        var answer: String

        func isAnswered(by said: String) -> Bool {
            let parts = answer.split(separator: "…", omittingEmptySubsequences: false)
            guard parts.count > 1 else { return said == answer }
            guard said.hasPrefix(parts[0]) else { return false }
            var rest = said.dropFirst(parts[0].count)
            for part in parts.dropFirst().dropLast() where !part.isEmpty {
                guard let place = rest.firstRange(of: part) else { return false }
                rest = rest[place.upperBound...]
            }
            return rest.hasSuffix(parts[parts.count - 1])
        }
    }

    private(set) var files: [(name: String, text: String)] = []
    private(set) var commands: [Command] = []

    /// - Parameter replacing: numbers of the page, such as ports, and what stands for them here.
    init(_ page: String, replacing: [String: String]) throws {
        var text = try Folder.read(ScriptedServer.tests + "/../docs/tutorials/" + page)
        for (number, other) in replacing { text = text.replacing(number, with: other) }
        var block: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                block = block == nil ? String(line.dropFirst(3)) : nil
                if let name = block?.split(separator: "file=").dropFirst().first { files.append((String(name), "")) }
            } else if block?.contains("file=") == true {
                files[files.count - 1].text += line + "\n"
            } else if block == "console" {
                if line.hasPrefix("$ ") {
                    commands.append(Command(text: String(line.dropFirst(2)), answer: ""))
                } else if !commands.isEmpty {
                    commands[commands.count - 1].answer += line + "\n"
                }
            }
        }
    }
}
