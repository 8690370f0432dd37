/// The oracle: what a message says and where it must end is a function of its number and the seed.
struct Orders {
    /// Where a message must end.
    enum Place: String, CaseIterable {
        case high, regular, dead
    }

    struct Order {
        var number: Int
        var line: String
        var place: Place
        /// The bytes that its place must hold.
        var result: String
    }

    let seed: UInt64
    /// Bytes that make a message larger.
    var padding = 0

    /// SplitMix64's mixing of seed and number.
    private func mixed(_ number: Int) -> UInt64 {
        var value = seed &+ UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    subscript(number: Int) -> Order {
        let hash = mixed(number)
        let id = "ORD-\(number)"
        let text = String(hash, radix: 16) + String(repeating: "x", count: padding)
        if number % 10 == 7 {
            let line =
                switch hash % 3 {
                case 0: "{\"orderId\":\"\(id)\",\"text\":\"\(text)\""
                case 1: "{\"orderId\":\"\(id)\",\"text\":\"\(text)\"}"
                default: "{\"orderId\":\"\(id)\",\"total\":\"much\",\"text\":\"\(text)\"}"
                }
            return Order(number: number, line: line, place: .dead, result: line)
        }
        let total = hash % 2000
        return Order(
            number: number, line: "{\"orderId\":\"\(id)\",\"total\":\(total).50,\"text\":\"\(text)\"}",
            place: total >= 1000 ? .high : .regular,
            result: "{\"id\":\"\(id)\",\"total\":\(total).50,\"text\":\"\(text)\"}")
    }
}
