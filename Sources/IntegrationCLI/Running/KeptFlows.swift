internal import Glibc
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer

/// Flows that were made or deleted at run time, kept in the storage folder for the next runs.
///
/// `flows/NAME.yaml` is a text as it was given, with the file that it came from in its last line; `flows/NAME.deleted`
/// says that a flow of the configuration is left out, `flows/FILE~NAME.deleted` that one of `FILE.yaml` is.
struct KeptFlows: Sendable {
    private let folder: String
    private static let origin = "# created from "

    /// - Parameter storage: the storage folder.
    init(storage: String) { folder = storage + "/flows" }

    /// One kept text.
    struct Kept: Sendable {
        var stem: String
        var text: AddedText
    }

    /// What is kept, by name; nothing where there is no such folder.
    ///
    /// - Throws: `fileUnreadable`.
    func read() throws(IntegrationError) -> (kept: [Kept], deleted: Set<String>) {
        let names = try list()
        var left: [String: Set<String>] = [:]
        var deleted: Set<String> = []
        for name in names where name.hasSuffix(".deleted") {
            let stem = String(name.dropLast(".deleted".count))
            let parts = stem.split(separator: "~", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                left[parts[0], default: []].insert(Self.decoded(parts[1]))
            } else {
                deleted.insert(Self.decoded(stem))
            }
        }
        var kept: [Kept] = []
        for name in names where name.hasSuffix(".yaml") {
            let stem = String(name.dropLast(".yaml".count))
            let path = folder + "/" + name
            let text = String(decoding: try InputOptions.read(file: path), as: UTF8.self)
            let last = text.split(separator: "\n").last ?? ""
            let file = last.hasPrefix(Self.origin) ? String(last.dropFirst(Self.origin.count)) : path
            kept.append(Kept(stem: stem, text: AddedText(file: file, text: text, withoutFlows: left[stem] ?? [])))
        }
        return (kept, deleted)
    }

    /// Keeps a text under the name of its first flow.
    ///
    /// - Returns: the file.
    /// - Throws: `fileUnwritable`.
    func keep(_ text: AddedText, as flow: String) throws(IntegrationError) -> String {
        let line = text.text.hasSuffix("\n") || text.text.isEmpty ? "" : "\n"
        return try write("\(text.text)\(line)\(Self.origin)\(text.file)\n", to: PercentCoding.encode(flow) + ".yaml")
    }

    /// Leaves out a flow of the configuration, or of a kept text.
    ///
    /// - Returns: the file; removing it brings the flow back.
    func leaveOut(_ flow: String, of stem: String? = nil) throws(IntegrationError) -> String {
        let name = PercentCoding.encode(flow)
        return try write("", to: (stem.map { "\($0)~\(name)" } ?? name) + ".deleted")
    }

    /// Forgets a kept text and what was left out of it.
    func forget(_ stem: String) throws(IntegrationError) {
        for name in try list()
        where name == stem + ".yaml" || (name.hasPrefix(stem + "~") && name.hasSuffix(".deleted")) {
            try remove(folder + "/" + name)
        }
    }

    func remove(_ path: String) throws(IntegrationError) {
        if unlink(path) != 0, errno != ENOENT { throw Self.failure(.fileUnwritable, path) }
    }

    private func list() throws(IntegrationError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw Self.failure(.fileUnreadable, folder)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Written whole or not at all, and on the disk when this returns.
    private func write(_ text: String, to name: String) throws(IntegrationError) -> String {
        let path = folder + "/" + name
        for made in [String(folder.dropLast("/flows".count)), folder] where mkdir(made, 0o700) != 0 && errno != EEXIST {
            throw Self.failure(.fileUnwritable, made)
        }
        let temporary = folder + "/." + name
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(.fileUnwritable, temporary) }
        let reason = Channel(descriptor: descriptor).write(text)
        let isSafe = reason == nil && fsync(descriptor) == 0
        close(descriptor)
        guard isSafe, rename(temporary, path) == 0 else {
            let error =
                reason.map { IntegrationError(.fileUnwritable, "\(path): \($0)") }
                ?? Self.failure(.fileUnwritable, path)
            unlink(temporary)
            throw error
        }
        let directory = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard directory >= 0 else { return path }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure(.fileUnwritable, folder) }
        return path
    }

    private static func decoded(_ name: String) -> String { PercentCoding.decode(name) ?? name }

    private static func failure(_ code: ErrorCode, _ path: String) -> IntegrationError {
        IntegrationError(code, "\(path): \(String(cString: strerror(errno)))")
    }
}
