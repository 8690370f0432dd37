internal import IntegrationDocument

/// A path of plain member names, such as `customer.id`: it leads to one value, and to the objects on the way there.
struct MemberPath: Sendable {
    /// At least one.
    let names: [String]
    private let keys: [[UInt8]]

    /// - Parameter text: names with dots between them, with or without `$.` in front; a name in backticks or in
    ///   brackets and quotes may hold any character. Nil where `text` is not such a path.
    init?(_ text: String) {
        guard let names = Self.parse(text), !names.isEmpty else { return nil }
        self.init(names: names)
    }

    init(names: [String]) {
        self.names = names
        keys = names.map { Array($0.utf8) }
    }

    /// The path without its last name; nil for a path of one name, whose parent is the root.
    var parent: MemberPath? { names.count > 1 ? MemberPath(names: names.dropLast()) : nil }

    var text: String { names.joined(separator: ".") }

    /// Follows the path. `chain` gets each value on the way, the root first; returns how many there are: one more than
    /// the names where the path leads somewhere.
    func follow(_ root: View, _ chain: UnsafeMutableBufferPointer<UnsafePointer<Word>>) -> Int {
        var count = 1
        chain[0] = root.pointer
        var view = root
        for key in keys {
            guard let next = key.withUnsafeBufferPointer({ view.member($0) }) else { return count }
            view = next
            chain[count] = next.pointer
            count += 1
        }
        return count
    }

    /// Whether the path leads somewhere.
    func exists(in root: View) -> Bool {
        var view = root
        for key in keys {
            guard let next = key.withUnsafeBufferPointer({ view.member($0) }) else { return false }
            view = next
        }
        return true
    }

    private static func parse(_ text: String) -> [String]? {
        var rest = Substring(text)
        if rest.hasPrefix("$.") { rest = rest.dropFirst(2) } else if rest.hasPrefix("$[") { rest = rest.dropFirst(1) }
        var names: [String] = []
        while !rest.isEmpty {
            if rest.first == "`" {
                guard let end = rest.dropFirst().firstIndex(of: "`") else { return nil }
                names.append(String(rest[rest.index(after: rest.startIndex)..<end]))
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("['") || rest.hasPrefix("[\"") {
                let quote = rest[rest.index(after: rest.startIndex)]
                rest = rest.dropFirst(2)
                guard let end = rest.firstIndex(of: quote) else { return nil }
                names.append(String(rest[..<end]))
                rest = rest[rest.index(after: end)...]
                guard rest.first == "]" else { return nil }
                rest = rest.dropFirst()
            } else {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty, !name.contains(where: { " *?()$'\"`]".contains($0) }) else { return nil }
                names.append(String(name))
                rest = rest.dropFirst(name.count)
            }
            if rest.first == "." {
                rest = rest.dropFirst()
                if rest.isEmpty { return nil }
            } else if !rest.isEmpty, rest.first != "[" {
                return nil
            }
        }
        return names
    }
}
