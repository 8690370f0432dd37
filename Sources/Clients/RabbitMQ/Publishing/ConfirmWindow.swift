internal import IntegrationCore

/// What was published on a channel and is not confirmed yet, in order.
///
/// The broker numbers messages from 1 and confirms them one by one or all up to a number. What it can't route it sends
/// back before it confirms it; which message that was, its id says, or, where two with the same id are under way, a
/// number in a header.
struct ConfirmWindow<Slot> {
    private struct Entry {
        var slot: Slot
        var size: Int
        var messageID: String?
        /// Why the broker sent it back.
        var refusal: IntegrationError?
    }

    /// The number of the next message.
    private(set) var next: UInt64 = 1
    /// Messages from number `first` on; nil where they are confirmed. `head` of them are confirmed in any case.
    private var entries: [Entry?] = []
    private var head = 0
    private var first: UInt64 = 1
    /// Which of the messages under way has an id.
    private var numbers: [String: UInt64] = [:]
    private(set) var count = 0

    /// Notes a message that is about to be published.
    ///
    /// - Returns: its number where a header has to carry it, so that it is known if it comes back.
    mutating func add(_ slot: Slot, size: Int, messageID: String?) -> UInt64? {
        let number = next
        next += 1
        count += 1
        var known: String?
        if let messageID, numbers[messageID] == nil {
            numbers[messageID] = number
            known = messageID
        }
        entries.append(Entry(slot: slot, size: size, messageID: known, refusal: nil))
        return known == nil ? number : nil
    }

    /// The broker sent a message back.
    ///
    /// - Returns: false where no such message is under way.
    mutating func returned(number: UInt64?, messageID: String?, _ refusal: IntegrationError) -> Bool {
        guard let number = number ?? messageID.flatMap({ numbers[$0] }), let place = place(of: number),
            entries[place] != nil
        else { return false }
        entries[place]?.refusal = refusal
        return true
    }

    /// The broker confirmed a message, or all up to it.
    ///
    /// - Returns: those that were under way, and why the broker sent them back.
    mutating func settle(_ number: UInt64, multiple: Bool) -> [(slot: Slot, refusal: IntegrationError?)] {
        // Number 0 with `multiple` stands for all (AMQP 0-9-1, basic.ack).
        let number = number == 0 && multiple ? next - 1 : number
        var settled: [(slot: Slot, refusal: IntegrationError?)] = []
        if multiple {
            var place = head
            while place < entries.count, first + UInt64(place) <= number {
                if let entry = take(place) { settled.append((entry.slot, entry.refusal)) }
                place += 1
            }
        } else if let place = place(of: number), let entry = take(place) {
            settled.append((entry.slot, entry.refusal))
        }
        compact()
        return settled
    }

    /// Takes everything out: the channel is gone. With the size of each body.
    mutating func takeAll() -> [(slot: Slot, size: Int)] {
        let all = entries[head...].compactMap { $0.map { ($0.slot, $0.size) } }
        self = ConfirmWindow()
        return all
    }

    private func place(of number: UInt64) -> Int? {
        guard number >= first + UInt64(head), number < next else { return nil }
        return Int(number - first)
    }

    private mutating func take(_ place: Int) -> Entry? {
        guard let entry = entries[place] else { return nil }
        entries[place] = nil
        count -= 1
        if let id = entry.messageID { numbers[id] = nil }
        return entry
    }

    private mutating func compact() {
        while head < entries.count, entries[head] == nil { head += 1 }
        guard head == entries.count || head > 1024 && head * 2 > entries.count else { return }
        first += UInt64(head)
        entries.removeFirst(head)
        head = 0
    }
}
