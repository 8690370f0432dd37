public import IntegrationCore
internal import IntegrationDocument

/// One operation of a JSON Patch, as it is written (RFC 6902, 4).
public struct JSONPatchOperation: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case add, remove, replace, move, copy, test
    }

    public var kind: Kind
    /// A JSON Pointer (RFC 6901).
    public var path: String
    /// Where `move` and `copy` take the value from: a JSON Pointer.
    public var from: String?
    /// What `add`, `replace` and `test` are about. Texts of it may hold `{{ JSONata }}`.
    public var value: ConfigurationNode?

    public init(_ kind: Kind, _ path: String, from: String? = nil, value: ConfigurationNode? = nil) {
        self.kind = kind
        self.path = path
        self.from = from
        self.value = value
    }

    public static func add(_ path: String, _ value: ConfigurationNode) -> JSONPatchOperation {
        JSONPatchOperation(.add, path, value: value)
    }

    public static func remove(_ path: String) -> JSONPatchOperation { JSONPatchOperation(.remove, path) }

    public static func replace(_ path: String, _ value: ConfigurationNode) -> JSONPatchOperation {
        JSONPatchOperation(.replace, path, value: value)
    }

    public static func move(from: String, to path: String) -> JSONPatchOperation {
        JSONPatchOperation(.move, path, from: from)
    }

    public static func copy(from: String, to path: String) -> JSONPatchOperation {
        JSONPatchOperation(.copy, path, from: from)
    }

    public static func test(_ path: String, _ value: ConfigurationNode) -> JSONPatchOperation {
        JSONPatchOperation(.test, path, value: value)
    }

    /// What is wrong with it; nil where it is a whole operation.
    var mistake: String? { Self.mistake(kind, path: path, from: from, hasValue: value != nil) }

    static func mistake(_ kind: Kind, path: String, from: String?, hasValue: Bool) -> String? {
        if let mistake = JSONPointer.mistake(in: path) { return "`path` \(mistake)" }
        switch kind {
        case .add, .replace, .test: return hasValue ? nil : "`\(kind.rawValue)` needs `value`"
        case .remove: return path.isEmpty ? "`remove` can't take the whole document away: `replace` it" : nil
        case .move, .copy:
            guard let from else { return "`\(kind.rawValue)` needs `from`" }
            if let mistake = JSONPointer.mistake(in: from) { return "`from` \(mistake)" }
            if kind == .move, let source = JSONPointer(from), let target = JSONPointer(path), source.contains(target) {
                return "`move` can't put `\(from)` into itself"
            }
            return nil
        }
    }
}
