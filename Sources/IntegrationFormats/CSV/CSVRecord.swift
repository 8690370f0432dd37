public import IntegrationCore
internal import IntegrationDocument

/// One record of CSV (RFC 4180, 2).
public enum CSVRecord {
    /// The fields of a record, unquoted, as UTF-8.
    ///
    /// - Throws: `csvMalformed` with the column of the fault, or `messageNotText`.
    public static func fields(
        _ text: UnsafeBufferPointer<UInt8>, delimiter: UInt8
    ) throws(IntegrationError) -> [[UInt8]] {
        guard String(validating: text, as: UTF8.self) != nil else {
            throw IntegrationError(.messageNotText, "the record is not UTF-8")
        }
        let quote = UInt8(ascii: "\"")
        var fields: [[UInt8]] = []
        var at = 0
        while true {
            var field: [UInt8] = []
            if at < text.count, text[at] == quote {
                let opened = at
                at += 1
                while true {
                    guard at < text.count else {
                        throw IntegrationError(.csvMalformed, "the quote at column \(opened + 1) is not closed")
                    }
                    if text[at] == quote {
                        at += 1
                        guard at < text.count, text[at] == quote else { break }
                    }
                    field.append(text[at])
                    at += 1
                }
                guard at == text.count || text[at] == delimiter else {
                    throw IntegrationError(
                        .csvMalformed, "there is something behind the closing quote at column \(at + 1)")
                }
            } else {
                while at < text.count, text[at] != delimiter {
                    guard text[at] != quote else {
                        throw IntegrationError(.csvMalformed, "there is a quote inside a field at column \(at + 1)")
                    }
                    field.append(text[at])
                    at += 1
                }
            }
            fields.append(field)
            guard at < text.count else { return fields }
            at += 1
        }
    }
}
