/// Why a text is no JSONPath, and where.
public struct JSONPathError: Error, Sendable, Hashable {
    /// What was expected or is not allowed.
    public var message: String
    /// Byte offset in the path, from 0.
    public var offset: Int
    /// The path as it was written.
    public var path: String

    public init(_ message: String, at offset: Int, in path: String) {
        self.message = message
        self.offset = offset
        self.path = path
    }

    /// Column in characters (Unicode scalars), from 1.
    public var column: Int {
        path.utf8.prefix(offset).reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }
}

extension JSONPathError: CustomStringConvertible {
    public var description: String { "\(message) at column \(column) of `\(path)`" }
}

/// A path was evaluated for longer, or selected more, than its budget allows.
public struct JSONPathBudgetError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path as it was written.
    public var path: String

    public var description: String { "`\(path)` takes more steps or selects more values than its budget allows" }
}

/// How much one evaluation may do before it is given up.
public struct JSONPathBudget: Sendable, Hashable {
    /// Most steps: values looked at, members compared, bytes of text in parts of 16, steps of patterns.
    public var steps: Int
    /// Most values selected.
    public var nodes: Int

    public init(steps: Int = 8_000_000, nodes: Int = 1_000_000) {
        self.steps = steps
        self.nodes = nodes
    }

    public static let standard = JSONPathBudget()
}
