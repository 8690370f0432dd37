internal import IntegrationCore

/// Checks that bytes are the text that a YAML file may hold, before the parser sees them.
enum YAMLText {
    /// The text, or the first thing that is wrong with it.
    static func validate(_ bytes: [UInt8], file: String) -> Result<String, Diagnostic> {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(invalidBytes(bytes, file: file))
        }
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            if let problem = problem(with: scalar) {
                let place = SourceSpan(SourceLocation(file: file, line: line, column: column))
                return .failure(Diagnostic(.error, .notUTF8, problem.0, at: place, help: problem.1))
            }
            if scalar == "\n" {
                (line, column) = (line + 1, 1)
            } else {
                column += 1
            }
        }
        return .success(text)
    }

    private static func problem(with scalar: Unicode.Scalar) -> (String, String)? {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
            0x10000...0x10FFFF:
            return nil
        default:
            let hex = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            return (
                "the character U+\(code) may not stand in YAML", "write `\"\\u\(code)\"` in double quotes, or remove it"
            )
        }
    }

    private static func invalidBytes(_ bytes: ArraySlice<UInt8>, file: String) -> Diagnostic {
        var line = 0
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            guard String(validating: part, as: UTF8.self) == nil else { continue }
            var valid = part.startIndex
            var column = 1
            while valid < part.endIndex {
                let width = (1...4).first { width in
                    valid + width <= part.endIndex
                        && String(validating: part[valid..<valid + width], as: UTF8.self) != nil
                }
                guard let width else { break }
                valid += width
                column += 1
            }
            let hex = String(part[valid], radix: 16, uppercase: true)
            return Diagnostic(
                .error, .notUTF8, "the byte 0x\(hex) is not UTF-8",
                at: SourceSpan(SourceLocation(file: file, line: line, column: column)), help: "save the file as UTF-8")
        }
        return Diagnostic(
            .error, .notUTF8, "the file is not UTF-8",
            at: SourceSpan(SourceLocation(file: file, line: 0, column: 0)), help: "save the file as UTF-8")
    }
}
