internal import CPCRE2

/// One search over one text, with a budget for all its starting places together.
///
/// PCRE2's match limit holds for each place where a match may start, so a text of n bytes could cost n limits. The first
/// round therefore gives each place its share of the budget. Where one place needs more, a second round goes from place
/// to place itself and charges each with what it used, found by trying growing limits.
struct PatternSearch {
    private let code: OpaquePointer
    private let scratch: PatternScratch
    private let start: UnsafePointer<UInt8>
    private let count: Int
    private let steps: Int
    private let isAnchored: Bool

    init(
        _ code: OpaquePointer, _ scratch: PatternScratch, _ bytes: UnsafeBufferPointer<UInt8>, _ steps: Int,
        _ isAnchored: Bool
    ) {
        self.code = code
        self.scratch = scratch
        // An empty text may have no address: any readable one will do.
        start = bytes.baseAddress ?? UnsafePointer(scratch.data)
        count = bytes.count
        self.steps = steps
        self.isAnchored = isAnchored
    }

    /// Finds the first match at `from` or behind it.
    ///
    /// - Parameter isChecked: whether an earlier call has already seen that the text is UTF-8.
    func next(from: Int, isChecked: Bool = false) throws(PatternError) -> Bool {
        guard from <= count else { return false }
        let places = isAnchored ? 1 : count - from + 1
        let share = max(Self.smallestShare, steps / places)
        let check = isChecked ? PCRE2_NO_UTF_CHECK : 0
        var result = run(from, limit: min(share, steps), check)
        if result == PCRE2_ERROR_JIT_STACKLIMIT { result = run(from, limit: min(share, steps), check | PCRE2_NO_JIT) }
        if result == PCRE2_ERROR_MATCHLIMIT, share < steps { return try nextByPlaces(from: from) }
        return try verdict(result)
    }

    private static let smallestShare = 64

    private func nextByPlaces(from: Int) throws(PatternError) -> Bool {
        // A long text may use more in all, but never more than a fixed amount per byte.
        var rest = steps + count * 16
        var place = from
        while place <= count {
            var limit = 64
            while true {
                let result = run(place, limit: limit, PCRE2_ANCHORED | PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK)
                if result != PCRE2_ERROR_MATCHLIMIT {
                    if try verdict(result) { return true }
                    rest -= limit / 4
                    break
                }
                limit *= 4
                guard limit <= steps, limit <= rest else { throw .budgetExceeded }
            }
            guard rest > 0 else { throw .budgetExceeded }
            place = afterCharacter(at: place)
        }
        return false
    }

    private func run(_ from: Int, limit: Int, _ options: UInt32) -> Int32 {
        pcre2_set_match_limit_8(scratch.context, UInt32(limit))
        return pcre2_match_8(code, start, count, from, options, scratch.data, scratch.context)
    }

    private func verdict(_ result: Int32) throws(PatternError) -> Bool {
        switch result {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        case PCRE2_ERROR_UTF8_ERR21...PCRE2_ERROR_UTF8_ERR1: return false
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT,
            PCRE2_ERROR_RECURSELOOP:
            throw .budgetExceeded
        default: throw .engine(code: Int(result))
        }
    }

    /// The offset behind the character that begins at `offset`.
    func afterCharacter(at offset: Int) -> Int {
        var next = offset + 1
        while next < count, start[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }

    /// The match that the last successful call found.
    var match: PatternMatch {
        let ranges = Int(pcre2_get_ovector_count_8(scratch.data))
        guard let offsets = pcre2_get_ovector_pointer_8(scratch.data) else {
            return PatternMatch(range: 0..<0, groups: [])
        }
        // `\K` may put the start of a match behind its end.
        let whole = min(offsets[0], offsets[1])..<offsets[1]
        var groups: [Range<Int>?] = []
        groups.reserveCapacity(ranges - 1)
        for index in 1..<max(1, ranges) {
            let (low, high) = (offsets[2 * index], offsets[2 * index + 1])
            groups.append(low == Int.max || low == -1 || high < low ? nil : low..<high)
        }
        return PatternMatch(range: whole, groups: groups)
    }
}
