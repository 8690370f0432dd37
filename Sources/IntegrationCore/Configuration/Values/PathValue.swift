/// A path as it stands in a configuration, and the folder it is relative to.
public struct PathValue: Sendable, Hashable {
    /// As written.
    public var text: String
    /// The folder of the file that names it.
    public var folder: String

    public init(_ text: String, relativeTo folder: String = ".") {
        self.text = text
        self.folder = folder
    }

    /// The path to open: absolute as written, or below `folder`.
    public var resolved: String {
        if text.hasPrefix("/") || folder.isEmpty || folder == "." { return text }
        return folder.hasSuffix("/") ? folder + text : folder + "/" + text
    }
}

extension PathValue: CustomStringConvertible {
    public var description: String { text }
}
