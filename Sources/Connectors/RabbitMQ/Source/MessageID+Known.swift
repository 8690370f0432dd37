internal import Crypto
internal import IntegrationCore

extension MessageID {
    /// The id of a message whose sender named it: one of ours as it is, any other by what it is called, in its queue.
    init(known text: String, in queue: String) {
        if let own = MessageID(text) {
            self = own
            return
        }
        let digest = Array(SHA256.hash(data: Array(queue.utf8) + [0] + Array(text.utf8)))
        func word(_ start: Int) -> UInt64 { digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(0), low: word(8))
    }
}
