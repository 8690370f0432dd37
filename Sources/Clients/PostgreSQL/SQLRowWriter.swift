internal import IntegrationCore
public import IntegrationDocument

/// Writes rows as JSON objects: every type as what JSON has nearest to it, and nothing rounded.
///
/// Numbers stand as the server wrote them (`numeric` with all its digits), NaN and infinities as strings; `json` and
/// `jsonb` as they are; `timestamptz` in UTC and `timestamp` without a zone as RFC 3339, 5.6 has them; `bytea` in base
/// 64 (RFC 4648, 4); arrays as arrays; ranges as `{"lower": 1, "upper": null, "bounds": "[)"}` or `{"empty": true}`;
/// everything else as a string.
public struct SQLRowWriter: Sendable {
    private let columns: [(key: [UInt8], form: SQLTypeID.Form)]
    private let types: SQLTypes

    public init(_ columns: [SQLResult.Column], _ types: SQLTypes) {
        self.types = types
        self.columns = columns.map { column in
            var key: [UInt8] = [UInt8(ascii: "\"")]
            StringEscapes.append(column.name.utf8, to: &key)
            key += Array("\":".utf8)
            return (key, types.form(of: column.type))
        }
    }

    /// Appends a row as an object.
    ///
    /// - Parameter columns: which of them, in order; nil: all.
    public func write(_ result: SQLResult, _ row: Int, columns chosen: [Int]? = nil, to out: inout OutputBuffer) {
        out.append(UInt8(ascii: "{"))
        for (place, column) in (chosen ?? Array(columns.indices)).enumerated() {
            if place > 0 { out.append(UInt8(ascii: ",")) }
            columns[column].key.withUnsafeBufferPointer { out.append($0) }
            writeValue(result, row, column, to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Appends one value.
    public func writeValue(_ result: SQLResult, _ row: Int, _ column: Int, to out: inout OutputBuffer) {
        result.withBytes(row, column) { bytes in
            if let bytes { write(bytes, columns[column].form, to: &out) } else { out.append("null") }
        }
    }

    private func write(_ text: UnsafeBufferPointer<UInt8>, _ form: SQLTypeID.Form, to out: inout OutputBuffer) {
        switch form {
        case .integer, .json: out.append(text)
        case .decimal, .float: writeNumber(text, to: &out)
        case .bool: out.append(text.first == UInt8(ascii: "t") ? "true" : "false")
        case .bytes: out.append("\"" + Base64.encode(Self.bytes(ofHex: text.dropFirst(2))) + "\"")
        case .timestamp, .zonedTimestamp: writeTime(text, isZoned: form == .zonedTimestamp, to: &out)
        case .array(let element): writeArray(text, types.form(of: element), to: &out)
        case .range(let bound): writeRange(text, types.form(of: bound), to: &out)
        case .multirange(let range): writeMultirange(text, types.form(of: range), to: &out)
        case .text: out.append(string: text)
        }
    }

    private func writeNumber(_ text: UnsafeBufferPointer<UInt8>, to out: inout OutputBuffer) {
        let digit = text.first == UInt8(ascii: "-") ? text.dropFirst().first : text.first
        let isFinite = digit.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
        if isFinite { out.append(text) } else { out.append(string: text) }
    }

    /// `2026-03-01 12:00:00.5+00` is `2026-03-01T12:00:00.5Z`; years before Christ and `infinity` stay as they are.
    private func writeTime(_ text: UnsafeBufferPointer<UInt8>, isZoned: Bool, to out: inout OutputBuffer) {
        guard text.count >= 19, text.last != UInt8(ascii: "C"), let space = text.firstIndex(of: UInt8(ascii: " "))
        else {
            return out.append(string: text)
        }
        let end = isZoned && text.suffix(3).elementsEqual("+00".utf8) ? text.count - 3 : text.count
        out.append(UInt8(ascii: "\""))
        out.append(UnsafeBufferPointer(rebasing: text[..<space]))
        out.append(UInt8(ascii: "T"))
        out.append(UnsafeBufferPointer(rebasing: text[(space + 1)..<end]))
        if end < text.count { out.append(UInt8(ascii: "Z")) }
        out.append(UInt8(ascii: "\""))
    }

    private static func bytes(ofHex text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            let digit = character <= UInt8(ascii: "9") ? character &- 0x30 : (character | 0x20) &- 0x57
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    // MARK: Containers

    private func writeArray(_ text: UnsafeBufferPointer<UInt8>, _ form: SQLTypeID.Form, to out: inout OutputBuffer) {
        var reader = SQLLiteralReader(text)
        while let token = reader.nextOfArray() {
            switch token {
            case .open: out.append(UInt8(ascii: "["))
            case .close: out.append(UInt8(ascii: "]"))
            case .separator: out.append(UInt8(ascii: ","))
            case .null: out.append("null")
            case .value(let bytes): write(bytes, form, to: &out)
            }
        }
    }

    private func writeRange(_ text: UnsafeBufferPointer<UInt8>, _ form: SQLTypeID.Form, to out: inout OutputBuffer) {
        var reader = SQLLiteralReader(text)
        guard let range = reader.nextRange() else { return out.append("{\"empty\":true}") }
        out.append("{\"lower\":")
        if let lower = range.lower { write(lower, form, to: &out) } else { out.append("null") }
        out.append(",\"upper\":")
        if let upper = range.upper { write(upper, form, to: &out) } else { out.append("null") }
        out.append(",\"bounds\":\"\(range.bounds)\"}")
    }

    /// `{[1,3),[5,8)}` as an array of ranges.
    private func writeMultirange(
        _ text: UnsafeBufferPointer<UInt8>, _ range: SQLTypeID.Form, to out: inout OutputBuffer
    ) {
        guard case .range(let bound) = range else { return out.append(string: text) }
        var reader = SQLLiteralReader(UnsafeBufferPointer(rebasing: text.dropFirst().dropLast()))
        out.append(UInt8(ascii: "["))
        var isFirst = true
        while let part = reader.nextRangeText() {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            writeRange(part, types.form(of: bound), to: &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private func write(_ bytes: [UInt8], _ form: SQLTypeID.Form, to out: inout OutputBuffer) {
        bytes.withUnsafeBufferPointer { write($0, form, to: &out) }
    }
}
