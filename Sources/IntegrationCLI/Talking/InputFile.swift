internal import Glibc
internal import IntegrationCore

/// Files that commands hand to an engine.
enum InputFile {
    /// The bytes of a message: the argument itself, the file behind `@`, or standard input.
    static func message(_ argument: String?) throws(IntegrationError) -> [UInt8] {
        guard let argument else { return try InputOptions.read("-") }
        guard argument.hasPrefix("@") else { return Array(argument.utf8) }
        return try InputOptions.read(String(argument.dropFirst()))
    }

    /// The path from the root, for an engine that runs in another folder.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
