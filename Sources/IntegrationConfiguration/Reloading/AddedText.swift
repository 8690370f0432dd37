/// A text that is read with a configuration although none of its files names it: flows that were made at run time.
public struct AddedText: Sendable, Hashable {
    /// The file that it came from, for messages; relative paths are taken from its folder.
    public var file: String
    public var text: String
    /// Flows of it that are left out.
    public var withoutFlows: Set<String>

    public init(file: String, text: String, withoutFlows: Set<String> = []) {
        self.file = file
        self.text = text
        self.withoutFlows = withoutFlows
    }
}
