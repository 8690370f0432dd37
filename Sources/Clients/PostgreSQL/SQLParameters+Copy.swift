extension SQLParameters {
    /// Some rows in the text format of COPY (PostgreSQL, COPY, File Formats).
    public func copyText(_ rows: some Sequence<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(size + size / 8)
        for row in rows {
            for column in 0..<width {
                if column > 0 { text.append(UInt8(ascii: "\t")) }
                withText(row, column) { value in
                    guard let value else { return text += [UInt8(ascii: "\\"), UInt8(ascii: "N")] }
                    for byte in value {
                        switch byte {
                        case UInt8(ascii: "\\"): text += [byte, byte]
                        case UInt8(ascii: "\t"): text += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
                        case UInt8(ascii: "\n"): text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
                        case UInt8(ascii: "\r"): text += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
                        default: text.append(byte)
                        }
                    }
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}
