public import IntegrationDocument

/// Normalised paths (RFC 9535, 2.7), such as `$['items'][0]`.
public enum NormalizedPath {
    /// The path that leads from `root` to `node`, which must be part of it; nil where it is not.
    public static func text(of node: UnsafePointer<Word>, in root: View) -> String? {
        guard node >= root.pointer, node < root.pointer + root.word.extent else { return nil }
        var path = "$"
        var at = root.pointer
        while at != node {
            guard at.pointee.isContainer, let child = step(to: node, from: at, root.bases, &path) else { return nil }
            at = child
        }
        return path
    }

    /// The child that `node` is or lies in.
    private static func step(
        to node: UnsafePointer<Word>, from parent: UnsafePointer<Word>,
        _ bases: UnsafePointer<UnsafePointer<UInt8>>, _ path: inout String
    ) -> UnsafePointer<Word>? {
        let isObject = parent.pointee.kind == .object
        var at = parent + 1
        let end = at + parent.pointee.span
        var index = 0
        while at < end {
            let value = isObject ? at + 1 : at
            let next = value + value.pointee.extent
            if node >= value, node < next {
                if isObject { append(name: View(at, bases).string ?? "", to: &path) } else { path += "[\(index)]" }
                return value
            }
            at = next
            index += 1
        }
        return nil
    }

    /// Appends a name selector, as `['name']`.
    public static func append(name: String, to path: inout String) {
        path += "['"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "'": path += "\\'"
            case "\\": path += "\\\\"
            case "\u{8}": path += "\\b"
            case "\t": path += "\\t"
            case "\n": path += "\\n"
            case "\u{C}": path += "\\f"
            case "\r": path += "\\r"
            case "\u{0}"..<"\u{20}":
                path += scalar.value < 16 ? "\\u000" : "\\u00"
                path += String(scalar.value, radix: 16)
            default: path.unicodeScalars.append(scalar)
            }
        }
        path += "']"
    }
}
