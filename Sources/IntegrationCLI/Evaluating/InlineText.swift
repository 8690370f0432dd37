internal import IntegrationConfiguration
internal import IntegrationCore

/// What an argument says itself, or what the file holds that it names.
struct InlineText {
    /// What mistakes call it.
    var name: String
    var bytes: [UInt8]

    /// An argument with a brace in it, or with a space or a line break, is no path.
    init(_ argument: String) throws(IntegrationError) {
        if argument.utf8.contains(where: { "{} \n".utf8.contains($0) }) {
            (name, bytes) = ("argument", Array(argument.utf8))
        } else {
            (name, bytes) = (argument, try InputOptions.read(file: argument))
        }
    }

    /// The YAML or JSON that it is.
    ///
    /// - Throws: after every mistake has been shown with its line.
    func node() throws -> ConfigurationNode {
        var diagnostics = Diagnostics()
        let node = YAMLReader.read(bytes, file: name, diagnostics: &diagnostics)
        guard let node, !diagnostics.hasErrors else {
            let console = Console.process
            let files = [name: String(decoding: bytes, as: UTF8.self)]
            console.say(console.words.style.diagnostics(DiagnosticRenderer(files: files).render(diagnostics)))
            throw CommandFailure(.failed)
        }
        return node
    }
}
