internal import IntegrationDocument

extension ConfigurationNode {
    /// The node as minimal JSON: what is inlined in a configuration as a schema, a row or a body.
    ///
    /// Numbers keep their text where that is JSON; infinities and NaN become null.
    public var json: String {
        var out: [UInt8] = []
        writeJSON(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private func writeJSON(to out: inout [UInt8]) {
        switch content {
        case .scalar(let scalar): Self.write(scalar, to: &out)
        case .sequence(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.writeJSON(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .mapping(let mapping):
            out.append(UInt8(ascii: "{"))
            for (index, entry) in mapping.entries.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.write(entry.key, to: &out)
                out.append(UInt8(ascii: ":"))
                entry.value.writeJSON(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        StringEscapes.append(text.utf8, to: &out)
        out.append(UInt8(ascii: "\""))
    }

    private static func write(_ scalar: ConfigurationScalar, to out: inout [UInt8]) {
        switch scalar.kind {
        case .null: out += Array("null".utf8)
        case .bool: out += Array((scalar.boolean == true ? "true" : "false").utf8)
        case .int, .float:
            if isJSONNumber(scalar.text) {
                out += Array(scalar.text.utf8)
            } else if let integer = scalar.integer {
                out += Array(String(integer).utf8)
            } else {
                out += Array((scalar.number.flatMap { NumberText.text(of: $0) } ?? "null").utf8)
            }
        case .string: write(scalar.text, to: &out)
        }
    }

    private static func isJSONNumber(_ text: String) -> Bool {
        do {
            return try Document(text, policy: .lenient).withRoot { $0.word.isNumber }
        } catch {
            return false
        }
    }
}
