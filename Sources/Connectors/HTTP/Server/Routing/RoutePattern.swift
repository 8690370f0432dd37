internal import IntegrationCore

/// What a route serves: a path in which `{name}` stands for one segment and `*` at the end for all that follow.
struct RoutePattern: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        /// Decoded.
        case literal(String)
        case parameter(String)
        /// Everything that follows, nothing included.
        case rest
    }

    let text: String
    let segments: [Segment]

    /// - Throws: `cannotBuild` with what is wrong with the pattern.
    init(_ text: String) throws(IntegrationError) {
        self.text = text
        func wrong(_ what: String) -> IntegrationError {
            IntegrationError(
                .cannotBuild, "the path `\(text)` \(what)",
                remedy: "Write it like `/orders`, `/orders/{id}` or `/files/*`.")
        }
        guard text.hasPrefix("/") else { throw wrong("does not start with `/`") }
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var segments: [Segment] = []
        var names: Set<String> = []
        for (index, part) in parts.enumerated() {
            if part == "*" {
                guard index == parts.count - 1 else { throw wrong("has a `*` that is not at its end") }
                segments.append(.rest)
            } else if part.hasPrefix("{"), part.hasSuffix("}") {
                let name = String(part.dropFirst().dropLast())
                guard !name.isEmpty, !name.contains(where: { "{}*".contains($0) }) else {
                    throw wrong("has a parameter without a proper name: `\(part)`")
                }
                guard names.insert(name).inserted else { throw wrong("has two parameters named `\(name)`") }
                segments.append(.parameter(name))
            } else {
                guard !part.contains(where: { "{}*?#".contains($0) }) else {
                    throw wrong("has `\(part)`, where a parameter must be a whole segment")
                }
                guard let literal = RequestTarget.segment(part) else {
                    throw wrong("has `\(part)`, which no request can ask for")
                }
                segments.append(.literal(literal))
            }
        }
        self.segments = segments
    }

    /// The values of the parameters where a path fits; `*` is the value of the rest.
    ///
    /// - Parameter path: the segments of a path, decoded.
    func match(_ path: [String]) -> [(name: String, value: String)]? {
        var values: [(name: String, value: String)] = []
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .rest:
                values.append(("*", path[min(index, path.count)...].joined(separator: "/")))
                return values
            case .literal(let text):
                guard index < path.count, path[index] == text else { return nil }
            case .parameter(let name):
                guard index < path.count, !path[index].isEmpty else { return nil }
                values.append((name, path[index]))
            }
        }
        return path.count == segments.count ? values : nil
    }

    /// The one path that fits, where it has no parameters and nothing in it is encoded.
    var onlyPath: String? {
        guard !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        return segments.allSatisfy { if case .literal = $0 { true } else { false } } ? text : nil
    }

    /// The same for patterns that fit the same paths.
    var shape: [Int: String] {
        var shape: [Int: String] = [:]
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .literal(let text): shape[index] = "=" + text
            case .parameter: shape[index] = "{}"
            case .rest: shape[index] = "*"
            }
        }
        return shape
    }

    /// Patterns are tried in this order: a literal segment before a parameter, a parameter before the rest, and the path
    /// itself before one with a rest behind it.
    static func isMoreSpecific(_ left: RoutePattern, than right: RoutePattern) -> Bool {
        for (one, other) in zip(left.segments, right.segments) where one.rank != other.rank {
            return one.rank < other.rank
        }
        return left.segments.count < right.segments.count
    }
}

extension RoutePattern.Segment {
    fileprivate var rank: Int {
        switch self {
        case .literal: 0
        case .parameter: 1
        case .rest: 2
        }
    }
}
