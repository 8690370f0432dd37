internal import Glibc
internal import IntegrationDocument

/// The short way for conditions: comparisons of paths with literals and their combinations.
indirect enum ConditionTest: Sendable {
    enum Comparison: Sendable {
        case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual

        @inline(__always)
        func holds(_ one: Double, _ two: Double) -> Bool {
            switch self {
            case .less: one < two
            case .lessOrEqual: one <= two
            case .greater: one > two
            case .greaterOrEqual: one >= two
            case .equal: one == two
            case .notEqual: one != two
            }
        }

        /// The comparison with its sides exchanged.
        var mirrored: Comparison {
            switch self {
            case .less: .greater
            case .lessOrEqual: .greaterOrEqual
            case .greater: .less
            case .greaterOrEqual: .lessOrEqual
            case .equal, .notEqual: self
            }
        }

        var isEquality: Bool { self == .equal || self == .notEqual }
    }

    /// Names from one object to the next.
    final class Path: Sendable {
        let names: [Name]

        init(_ names: [Name]) { self.names = names }

        var text: String { names.map(\.text).joined(separator: ".") }

        enum Found {
            case nothing
            /// An array on the way.
            case gathered
            case value(View)
        }

        /// The value at the end of the path, from that of its first name.
        @inline(never)
        func rest(_ start: View) -> Found {
            var view = start
            for name in names.dropFirst() {
                guard view.kind == .object else { return view.kind == .array ? .gathered : .nothing }
                guard let next = view.member(name) else { return .nothing }
                view = View(next, view.bases)
            }
            return .value(view)
        }
    }

    case number(Path, Comparison, Double)
    case string(Path, Name, isEqual: Bool)
    /// Equality with true, false or null.
    case literal(Path, Kind, isEqual: Bool)
    case anyOf(Path, strings: [Name], numbers: [Double])
    case truth(Path)
    case exists(Path)
    case and(ConditionTest, ConditionTest)
    case or(ConditionTest, ConditionTest)
    case not(ConditionTest)

    @inline(__always)
    static func equals(_ view: View, _ text: Name) -> Bool {
        let word = view.word
        if word.kind == .string {
            return word.length == text.bytes.count && memcmp(view.text, text.bytes.start, word.length) == 0
        }
        return word.kind == .escapedString && Text.equal(view.string ?? "", text.text)
    }
}
