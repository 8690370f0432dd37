/// A place in a document: names of members and numbers of items from the root.
public struct InstanceLocation: Sendable, Hashable {
    public enum Step: Sendable, Hashable {
        case member(String)
        case item(Int)
    }

    public var steps: [Step]

    public init(_ steps: [Step] = []) { self.steps = steps }

    func appending(_ step: Step) -> InstanceLocation { InstanceLocation(steps + [step]) }

    /// As JSON Pointer (RFC 6901): `/items/0/quantity`.
    public var pointer: String {
        steps.map { step in
            switch step {
            case .member(let name): "/" + JSONPointerText.escaped(name)
            case .item(let index): "/\(index)"
            }
        }.joined()
    }

    /// As normalised path (RFC 9535, 2.7): `$['items'][0]['quantity']`.
    public var normalizedPath: String {
        steps.reduce(into: "$") { path, step in
            switch step {
            case .member(let name): path += "['" + Self.quoted(name) + "']"
            case .item(let index): path += "[\(index)]"
            }
        }
    }

    /// As people write it: `$.items[0].quantity`, with `['…']` only for names that are not plain (RFC 9535, 2.5.1).
    public var path: String {
        steps.reduce(into: "$") { path, step in
            switch step {
            case .member(let name): path += Self.isPlain(name) ? "." + name : "['" + Self.quoted(name) + "']"
            case .item(let index): path += "[\(index)]"
            }
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: scalar.value >= 0x80
            }
        }
    }

    /// The characters of a name between single quotes (RFC 9535, 2.7).
    private static func quoted(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "'": text += "\\'"
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension InstanceLocation: CustomStringConvertible {
    public var description: String { path }
}
