internal import ArgumentParser
internal import IntegrationConfiguration
internal import IntegrationCore

/// The configuration that a command works on.
struct ConfigurationOptions: ParsableArguments {
    /// What is read when nothing is named.
    static let standard = ["integration.yaml"]

    @Argument(
        help: ArgumentHelp(
            "Files and folders, read as one configuration; integration.yaml when left out.", valueName: "file|folder"))
    var paths: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides one value, as in --set flows.orders.source.batch_size=10.", valueName: "a.b=c"))
    var overrides: [String] = []

    var files: [String] { paths.isEmpty ? Self.standard : paths }

    /// As it is written on the command line, to be named in what to do next.
    var words: String {
        (files + overrides.flatMap { ["--set", $0] }).map(ShellWord.quoted).joined(separator: " ")
    }

    func load(_ catalog: Catalog) -> LoadedConfiguration {
        ConfigurationLoader(catalog: catalog).load(paths: files, overrides: overrides)
    }
}

/// Words as a shell takes them.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: "-_./=:,@%+".utf8.contains(byte)
                }
            }
        if isPlain { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
