public import IntegrationCore
public import IntegrationDocument

extension SQLParameters {
    /// Appends a value of a document as a parameter of the type that the server expects there.
    ///
    /// Missing and null are NULL. A `json` or `jsonb` gets the value's JSON, an array type an array's elements, `bytea` the
    /// bytes of base 64; everything else gets a string's characters, a number as it is written, `true` or `false`. An
    /// object or array for a text is its JSON.
    ///
    /// - Throws: `sqlValueInvalid`, without a word of which parameter it is; nothing is appended then.
    public mutating func append(
        _ value: View?, as type: SQLTypeID, _ types: SQLTypes
    ) throws(IntegrationError) {
        guard let value, value.kind != .null, value.kind != .missing else { return appendNull() }
        try append { text throws(IntegrationError) in try Self.write(value, types.form(of: type), types, to: &text) }
    }

    private static func write(
        _ value: View, _ form: SQLTypeID.Form, _ types: SQLTypes, to text: inout [UInt8]
    ) throws(IntegrationError) {
        switch (form, value.kind) {
        case (.json, _): appendJSON(value, to: &text)
        case (.bytes, .string), (.bytes, .escapedString):
            guard let bytes = Base64.decode(value.decodedBytes) else {
                throw invalid("is no base 64, which bytes are written in")
            }
            let digits = Array("0123456789abcdef".utf8)
            text += Array("\\x".utf8)
            for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        case (.bytes, _): throw invalid("is no string of base 64, which bytes are written in")
        case (.array(let element), .array): try writeArray(value, types.form(of: element), types, to: &text)
        case (_, .string), (_, .escapedString): text += value.decodedBytes
        case (.integer, .decimal):
            if let whole = value.integer { text += Array("\(whole)".utf8) } else { text += value.rawBytes }
        case (.text, .array), (.text, .object): appendJSON(value, to: &text)
        case (_, .array), (_, .object):
            throw invalid(
                "is an \(value.kind == .array ? "array" : "object"), where the database expects one \(form.shown)")
        case (_, .true): text += Array("true".utf8)
        case (_, .false): text += Array("false".utf8)
        default: text += value.rawBytes
        }
    }

    private static func writeArray(
        _ value: View, _ form: SQLTypeID.Form, _ types: SQLTypes, to text: inout [UInt8]
    ) throws(IntegrationError) {
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in value.elements {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            if element.kind == .null {
                text += Array("NULL".utf8)
            } else if element.kind == .array, form != .json {
                try writeArray(element, form, types, to: &text)
            } else {
                var bare: [UInt8] = []
                try write(element, form, types, to: &bare)
                appendQuoted(bare, to: &text)
            }
        }
        text.append(UInt8(ascii: "}"))
    }

    private static func appendQuoted(_ bare: some Sequence<UInt8>, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in bare {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }

    /// Appends texts as one array, whatever the type of its elements.
    ///
    /// - Throws: `sqlValueInvalid` where one holds NUL.
    public mutating func append(arrayOf texts: [String]) throws(IntegrationError) {
        try append { text throws(IntegrationError) in
            text.append(UInt8(ascii: "{"))
            for (index, element) in texts.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                Self.appendQuoted(element.utf8, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func appendJSON(_ value: View, to text: inout [UInt8]) {
        var out = OutputBuffer(capacity: 256)
        out.append(value)
        out.withBytes { text.append(contentsOf: $0) }
    }

    private static func invalid(_ what: String) -> IntegrationError { IntegrationError(.sqlValueInvalid, what) }
}

extension SQLTypeID.Form {
    fileprivate var shown: String {
        switch self {
        case .integer: "integer"
        case .decimal, .float: "number"
        case .bool: "boolean"
        case .timestamp, .zonedTimestamp: "time"
        case .range, .multirange: "range, as text"
        case .text, .json, .bytes: "value"
        case .array: "array"
        }
    }
}
