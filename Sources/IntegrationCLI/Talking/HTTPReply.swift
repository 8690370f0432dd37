internal import IntegrationCore
internal import IntegrationServer

/// An HTTP/1.1 response that was read to its end (RFC 9112, 4 and 6.2).
struct HTTPReply {
    private let status: Int
    private let body: [UInt8]

    /// - Throws: `answerBroken`, or `engineUnreachable` where the engine ended before it had answered.
    init(_ bytes: [UInt8]) throws(IntegrationError) {
        guard !bytes.isEmpty else {
            throw IntegrationError(.engineUnreachable, "the engine ended before it had answered")
        }
        guard let end = Self.end(ofHead: bytes) else {
            throw IntegrationError(.answerBroken, "its head has no end")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw IntegrationError(.answerBroken, "it is no HTTP/1.1")
        }
        self.status = status
        var length: Int?
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "content-length" else { continue }
            length = Int(pair[1].drop { $0 == " " })
        }
        body = Array(bytes[(end + 4)...])
        guard let length, length == body.count else {
            throw IntegrationError(.engineUnreachable, "the engine's answer was cut off")
        }
    }

    /// Where the empty line begins that ends the head.
    private static func end(ofHead bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).first { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
    }

    func answer() -> AdminAnswer { AdminAnswer(status: status, body: body) }
}
