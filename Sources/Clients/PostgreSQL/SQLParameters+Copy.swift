internal import Glibc

extension SQLParameters {
    /// Some rows in the text format of COPY (PostgreSQL, COPY, File Formats).
    public func copyText(_ rows: some Sequence<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(size + size / 8)
        for row in rows {
            for column in 0..<width {
                if column > 0 { text.append(UInt8(ascii: "\t")) }
                withPointer(row, column) { value in
                    if let value {
                        Self.appendEscaped(value, to: &text)
                    } else {
                        text += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
                    }
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// - Parameter value: ends with NUL.
    private static func appendEscaped(_ value: UnsafePointer<CChar>, to text: inout [UInt8]) {
        var rest = value
        while true {
            let plain = strcspn(rest, "\\\t\n\r")
            text.append(contentsOf: UnsafeRawBufferPointer(start: rest, count: plain))
            rest += plain
            guard rest.pointee != 0 else { return }
            let byte = UInt8(bitPattern: rest.pointee)
            text.append(UInt8(ascii: "\\"))
            switch byte {
            case UInt8(ascii: "\t"): text.append(UInt8(ascii: "t"))
            case UInt8(ascii: "\n"): text.append(UInt8(ascii: "n"))
            case UInt8(ascii: "\r"): text.append(UInt8(ascii: "r"))
            default: text.append(byte)
            }
            rest += 1
        }
    }
}
