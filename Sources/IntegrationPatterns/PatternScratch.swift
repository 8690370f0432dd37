internal import CPCRE2
internal import Synchronization

/// What one call of PCRE2 needs to write into: match data, limits and a place for the engine's frames.
struct PatternScratch: @unchecked Sendable {
    // Proof of Sendable: whoever took it out of the pool is the only one who uses it until he gives it back.
    let data: OpaquePointer
    let context: OpaquePointer

    init(code: OpaquePointer, budget: PatternBudget) {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else { preconditionFailure("out of memory") }
        self.data = data
        self.context = context
        pcre2_set_depth_limit_8(context, UInt32(budget.depth))
        pcre2_set_heap_limit_8(context, UInt32(budget.memory))
    }

    func free() {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
    }
}

/// Keeps one scratch of a pattern between calls; a second caller at the same time makes its own.
final class PatternScratchPool: Sendable {
    private let spare = Mutex<Spare>(Spare())

    private struct Spare: ~Copyable {
        var scratch: PatternScratch?
        deinit { scratch?.free() }
    }

    func take() -> PatternScratch? { spare.withLock { $0.scratch.take() } }

    func give(_ scratch: PatternScratch) {
        let extra = spare.withLock { spare -> PatternScratch? in
            guard spare.scratch == nil else { return scratch }
            spare.scratch = scratch
            return nil
        }
        extra?.free()
    }
}
