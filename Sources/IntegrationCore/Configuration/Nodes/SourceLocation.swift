/// A place in a configuration file; line and column count from 1, columns in Unicode scalars.
public struct SourceLocation: Sendable, Hashable {
    /// The file as it was named when it was read; empty where the configuration was built in Swift.
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The place of what was built in Swift and stands in no file.
    public static let none = SourceLocation(file: "", line: 0, column: 0)

    /// Whether this is a place in a file.
    public var isKnown: Bool { line > 0 }

    /// The folder of the file, `.` where the file has none: what relative paths are taken from.
    public var folder: String {
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == file.utf8.startIndex ? "/" : String(file[..<slash])
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `file:line:column`, as editors and terminals link it.
    public var description: String { isKnown ? "\(file):\(line):\(column)" : (file.isEmpty ? "Swift code" : file) }
}

/// A place and how many columns it covers on its line.
public struct SourceSpan: Sendable, Hashable {
    public var location: SourceLocation
    public var length: Int

    public init(_ location: SourceLocation, length: Int = 1) {
        self.location = location
        self.length = length
    }

    public static let none = SourceSpan(.none, length: 0)
}
