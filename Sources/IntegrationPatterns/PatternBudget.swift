/// How much work one call may do before it is given up.
///
/// The budget is counted in steps, not in time: the same text and the same pattern always end the same way.
public struct PatternBudget: Sendable, Hashable {
    /// Most steps (backtracking points) of one call, over all the places where a match may start.
    public var steps: Int
    /// Most steps that may be open at once (nested backtracking points).
    public var depth: Int
    /// Most memory for open steps, in KiB.
    public var memory: Int

    public init(steps: Int = 1_000_000, depth: Int = 100_000, memory: Int = 32 * 1024) {
        self.steps = max(1, min(steps, Int(UInt32.max)))
        self.depth = max(1, min(depth, Int(UInt32.max)))
        self.memory = max(1, min(memory, Int(UInt32.max)))
    }

    /// What patterns of configuration and of messages get: a hostile one is given up within some ten milliseconds.
    public static let standard = PatternBudget()
}
