public import IntegrationDocument

/// Where a message stands in a distributed trace (W3C Trace Context, level 2): which trace, and under which span.
///
/// A source puts what it was sent into the message's metadata as `traceparent` and `tracestate`; a destination sends on
/// a child of it. A message that came with none belongs to the trace that its id names, so that all its copies and
/// tries are one trace.
public struct TraceContext: Sendable, Hashable {
    /// 128 bits, not all zero.
    public var traceID: (high: UInt64, low: UInt64)
    /// The span that caused this, not zero.
    public var parentID: UInt64
    /// Bit 0: somebody records this trace; bit 1: the trace id is random.
    public var flags: UInt8
    /// The version of the header that it was read from; written is version 0.
    public let version: UInt8
    /// What vendors pass along, a checked `tracestate`; nil where there is none.
    public var state: String?

    public init(traceID: (high: UInt64, low: UInt64), parentID: UInt64, flags: UInt8 = 0, state: String? = nil) {
        self.traceID = traceID
        self.parentID = parentID
        self.flags = flags
        self.state = state
        version = 0
    }

    /// Reads the two headers; nil where `traceparent` is not a valid one (section 3.2).
    ///
    /// A later version is read by the rules for them (3.2.2.2). A `tracestate` that breaks its rules (3.3) is left out.
    ///
    /// - Parameter state: the values of all `tracestate` headers, in order.
    public init?(parent: some StringProtocol, state: [String] = []) {
        let text = Array(parent.utf8)
        guard text.count >= 55, text[2] == Self.dash, text[35] == Self.dash, text[52] == Self.dash,
            let version = Self.number(text[0..<2]), version != 0xFF,
            let high = Self.number(text[3..<19]), let low = Self.number(text[19..<35]), high | low != 0,
            let parent = Self.number(text[36..<52]), parent != 0, let flags = Self.number(text[53..<55])
        else { return nil }
        guard version == 0 ? text.count == 55 : text.count == 55 || text[55] == Self.dash else { return nil }
        traceID = (high, low)
        parentID = parent
        self.flags = UInt8(flags)
        self.version = UInt8(version)
        self.state = Self.checked(state)
    }

    /// The trace that a message belongs to which came with none.
    public init(of message: MessageID, random: UInt64) {
        self.init(
            traceID: message.high | message.low == 0 ? (0, 1) : (message.high, message.low),
            parentID: random == 0 ? 1 : random)
    }

    /// The context that a span of ours hands on.
    ///
    /// - Parameter span: the id of that span; a zero is made a one.
    public func child(_ span: UInt64) -> TraceContext {
        TraceContext(traceID: traceID, parentID: span == 0 ? 1 : span, flags: flags & 0b11, state: state)
    }

    /// The `traceparent` header, version 00.
    public var parent: String {
        var text = "00-"
        text.append(Self.hex(traceID.high, 16))
        text.append(Self.hex(traceID.low, 16))
        text.append("-")
        text.append(Self.hex(parentID, 16))
        text.append("-")
        text.append(Self.hex(UInt64(flags), 2))
        return text
    }

    public static func == (left: TraceContext, right: TraceContext) -> Bool {
        left.traceID == right.traceID && left.parentID == right.parentID && left.flags == right.flags
            && left.state == right.state
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(traceID.high)
        hasher.combine(traceID.low)
        hasher.combine(parentID)
    }

    // MARK: Hexadecimal

    private static let dash = UInt8(ascii: "-")

    /// Lower-case digits only (3.2.2.3).
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
        String(unsafeUninitializedCapacity: width) { target in
            var value = value
            for place in stride(from: width - 1, through: 0, by: -1) {
                let digit = UInt8(value & 15)
                target[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                value >>= 4
            }
            return width
        }
    }

    // MARK: tracestate

    /// All lists joined, where every member keeps the rules; nil otherwise, or where there is none.
    private static func checked(_ lists: [String]) -> String? {
        var members: [Substring] = []
        for list in lists {
            for part in list.split(separator: ",") {
                let member = part.trimmingBlanks
                if member.isEmpty { continue }
                guard isMember(member) else { return nil }
                members.append(member)
            }
        }
        guard !members.isEmpty, members.count <= 32 else { return nil }
        return members.joined(separator: ",")
    }

    private static func isMember(_ member: Substring) -> Bool {
        guard let equals = member.firstIndex(of: "=") else { return false }
        let value = member[member.index(after: equals)...].utf8
        let isValue =
            (1...256).contains(value.count)
            && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
        return isValue && isKey(member[..<equals])
    }

    /// A simple key of up to 256 characters, or `tenant@system` with up to 241 and 14.
    private static func isKey(_ key: Substring) -> Bool {
        let parts = key.split(separator: "@", omittingEmptySubsequences: false)
        let lengths = parts.count == 2 ? [241, 14] : [256]
        guard parts.count == lengths.count else { return false }
        return zip(parts, lengths).enumerated().allSatisfy { index, pair in
            let (part, most) = pair
            guard let first = part.utf8.first, part.utf8.count <= most else { return false }
            // A system's name begins with a letter; others may begin with a digit.
            let begins = isLetter(first) || index == 0 && isDigit(first)
            return begins && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}

extension Message {
    /// Where the message stands in a trace: what its source was sent, else the trace that its id names.
    ///
    /// - Parameter random: what a span id is made of where there was none.
    public func traceContext(in arena: Arena, random: UInt64) -> TraceContext {
        if let metadata {
            let view = arena.view(metadata)
            if let parent = view["traceparent"]?.string,
                let context = TraceContext(parent: parent, state: view["tracestate"]?.string.map { [$0] } ?? [])
            {
                return context
            }
        }
        return TraceContext(of: id, random: random)
    }
}
