internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer

/// Flows that were made or deleted at run time, kept in the storage folder for the next runs.
///
/// `flows/NAME.yaml` is a text as it was given, with the file that it came from in its last line; `flows/NAME.deleted`
/// says that a flow of the configuration is left out, `flows/FILE~NAME.deleted` that one of `FILE.yaml` is.
struct KeptFlows: Sendable {
    private let folder: KeptFolder
    private static let origin = "# created from "

    /// - Parameter storage: the storage folder.
    init(storage: String) { folder = KeptFolder("flows", in: storage) }

    /// One kept text.
    struct Kept: Sendable {
        var stem: String
        var text: AddedText
    }

    /// What is kept, by name; nothing where there is no such folder.
    ///
    /// - Throws: `fileUnreadable`.
    func read() throws(IntegrationError) -> (kept: [Kept], deleted: Set<String>) {
        let names = try folder.list()
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
            let path = folder.path + "/" + name
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
        return try folder.write(
            "\(text.text)\(line)\(Self.origin)\(text.file)\n", to: PercentCoding.encode(flow) + ".yaml")
    }

    /// Leaves out a flow of the configuration, or of a kept text.
    ///
    /// - Returns: the file; removing it brings the flow back.
    func leaveOut(_ flow: String, of stem: String? = nil) throws(IntegrationError) -> String {
        let name = PercentCoding.encode(flow)
        return try folder.write("", to: (stem.map { "\($0)~\(name)" } ?? name) + ".deleted")
    }

    /// Forgets a kept text and what was left out of it.
    func forget(_ stem: String) throws(IntegrationError) {
        for name in try folder.list()
        where name == stem + ".yaml" || (name.hasPrefix(stem + "~") && name.hasSuffix(".deleted")) {
            try remove(folder.path + "/" + name)
        }
    }

    func remove(_ path: String) throws(IntegrationError) { try folder.remove(path) }

    private static func decoded(_ name: String) -> String { PercentCoding.decode(name) ?? name }
}
