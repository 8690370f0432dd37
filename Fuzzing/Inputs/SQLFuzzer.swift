internal import FuzzerSupport
internal import Glibc

@testable internal import PostgreSQLClient

/// The texts of arrays and ranges that PostgreSQL answers with. No text is read beyond its end, and what is written as the
/// server writes it is read as what it was.
enum SQLFuzzer: Fuzzer {
    static let name = "sql"

    static func check(_ input: [UInt8]) {
        withinTime {
            checkAnyText(input)
            let texts = parts(input, most: 64).compactMap { String(validating: $0, as: UTF8.self) }
            checkArray(texts)
            checkRange(texts.first.map { Array($0.utf8) }, texts.dropFirst().first.map { Array($0.utf8) })
        }
    }

    private static func checkAnyText(_ input: [UInt8]) {
        input.withUnsafeBufferPointer { text in
            var (array, count, size) = (SQLLiteralReader(text), 0, 0)
            while let token = array.nextOfArray() {
                count += 1
                if case .value(let bytes) = token { size += bytes.count }
                require(count <= text.count && size <= text.count, "there is more in it than it has bytes")
            }
            var range = SQLLiteralReader(text)
            if let range = range.nextRange() {
                let bytes = (range.lower?.count ?? 0) + (range.upper?.count ?? 0)
                require(bytes <= text.count && range.bounds.utf8.count >= 2, "the range is \(range)")
            }
            var (ranges, part) = (SQLLiteralReader(text), 0)
            while let text = ranges.nextRangeText() {
                part += text.count
                require(!text.isEmpty && part <= input.count, "the ranges are longer than their text")
            }
        }
    }

    /// Texts as a parameter, which the server gives back as it came.
    private static func checkArray(_ texts: [String]) {
        var parameters = SQLParameters(width: 1)
        do {
            try parameters.append(arrayOf: texts)
        } catch {
            return require(texts.contains { $0.utf8.contains(0) }, "\(texts): \(error)")
        }
        parameters.withPointer(0, 0) { start in
            guard let start else { return require(false, "an array is NULL") }
            let bytes = UnsafeRawBufferPointer(start: start, count: strlen(start))
            var reader = SQLLiteralReader(bytes.assumingMemoryBound(to: UInt8.self))
            var values: [[UInt8]] = []
            while let token = reader.nextOfArray() {
                switch token {
                case .value(let bytes): values.append(bytes)
                case .null: require(false, "a text is read as NULL")
                case .open, .close, .separator: continue
                }
            }
            require(values == texts.map { Array($0.utf8) }, "\(texts) is read as \(values)")
        }
    }

    /// Bounds in quotes, in which the server doubles quotes and backslashes (PostgreSQL, 8.17.5).
    private static func checkRange(_ lower: [UInt8]?, _ upper: [UInt8]?) {
        func quoted(_ bound: [UInt8]?) -> [UInt8] {
            guard let bound else { return [] }
            let (quote, escape) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
            return [quote] + bound.flatMap { $0 == quote || $0 == escape ? [$0, $0] : [$0] } + [quote]
        }
        let text = Array("[".utf8) + quoted(lower) + Array(",".utf8) + quoted(upper) + Array(")".utf8)
        text.withUnsafeBufferPointer { bytes in
            var reader = SQLLiteralReader(bytes)
            guard let range = reader.nextRange() else { return require(false, "a range is empty") }
            require(
                range.lower == lower && range.upper == upper && range.bounds == "[)", "\(text) is read as \(range)")
        }
    }
}
