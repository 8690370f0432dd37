internal import CPCRE2

/// A regular expression, compiled once, that any thread may use, with a budget against catastrophic backtracking.
///
/// Simple patterns such as `^ORD-[0-9]{8}$` run on a matcher of their own (`SimplePattern`); all others on PCRE2, whose
/// syntax this is. Texts are UTF-8, as the strings of documents always are: bytes that are not are safe to pass,
/// but whether they match is not specified.
///
/// ```swift
/// let pattern = try Pattern("^[^@]+@[^@]+$")
/// try bytes.withUnsafeBufferPointer { try pattern.matches($0) }
/// ```
public final class Pattern: @unchecked Sendable {
    // Proof of Sendable: the compiled code is written only in `init`; what a match writes to comes out of a locked pool.

    /// The pattern as it was written.
    public let text: String
    public let options: PatternOptions
    public let budget: PatternBudget
    /// Number of capture groups.
    public let captureCount: Int
    /// The names of named capture groups and their numbers.
    public let captureNames: [String: Int]

    private let code: OpaquePointer
    private let simple: SimplePattern?
    private let isAnchored: Bool
    private let pool = PatternScratchPool()

    /// Compiles `text`.
    ///
    /// - Throws: `PatternError.syntax`.
    public convenience init(
        _ text: String, options: PatternOptions = [], budget: PatternBudget = .standard
    ) throws(PatternError) {
        try self.init(text, options: options, budget: budget, simple: true)
    }

    /// - Parameter simple: whether the matcher for simple patterns may be used; tests compare both ways.
    init(_ text: String, options: PatternOptions, budget: PatternBudget, simple: Bool) throws(PatternError) {
        self.text = text
        self.options = options
        self.budget = budget
        code = try Self.compile(text, options)
        self.simple = simple ? SimplePattern(text, options: options) : nil
        var allOptions: UInt32 = 0
        var captures: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_ALLOPTIONS), &allOptions)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
        isAnchored = allOptions & PCRE2_ANCHORED != 0
        captureCount = Int(captures)
        captureNames = Self.names(code)
    }

    deinit { pcre2_code_free_8(code) }

    private static func compile(_ text: String, _ options: PatternOptions) throws(PatternError) -> OpaquePointer {
        guard let context = pcre2_compile_context_create_8(nil) else { preconditionFailure("out of memory") }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_compile_extra_options_8(context, options.extraOptions)
        pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
        var failure: Int32 = 0
        var offset = 0
        var text = text
        let compiled = text.withUTF8 { bytes in
            withUnsafePointer(to: UInt8(0)) { nothing in
                pcre2_compile_8(
                    bytes.baseAddress ?? nothing, bytes.count, options.compileOptions, &failure, &offset, context)
            }
        }
        guard let compiled else { throw .syntax(message: message(failure), offset: offset) }
        // Without a just-in-time compiler on this processor the interpreter does the work.
        if !options.contains(.interpreted) { pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE)) }
        return compiled
    }

    private static func message(_ failure: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let length = pcre2_get_error_message_8(failure, buffer.baseAddress, buffer.count)
            return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(failure)"
        }
    }

    private static func names(_ code: OpaquePointer) -> [String: Int] {
        var count: UInt32 = 0
        var size: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        var names: [String: Int] = [:]
        guard let table else { return names }
        for index in 0..<Int(count) {
            let entry = table + index * Int(size)
            names[String(cString: entry + 2)] = Int(entry[0]) << 8 | Int(entry[1])
        }
        return names
    }

    // MARK: Matching

    /// Whether the pattern matches somewhere in `bytes`.
    ///
    /// - Throws: `PatternError.budgetExceeded`.
    public func matches(_ bytes: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Bool {
        if let simple { return simple.run(bytes) }
        return try search(bytes, budget.steps)
    }

    /// Whether the pattern matches somewhere in `text`.
    public func matches(_ text: String) throws(PatternError) -> Bool {
        var text = text
        let verdict = text.withUTF8 { bytes in
            Result { () throws(PatternError) in try matches(bytes) }
        }
        return try verdict.get()
    }

    /// Whether the pattern matches somewhere in `bytes`, with at most `steps` steps instead of the budget's.
    ///
    /// - Throws: `PatternError.budgetExceeded`.
    public func matches(_ bytes: UnsafeBufferPointer<UInt8>, steps: Int) throws(PatternError) -> Bool {
        if let simple { return simple.run(bytes) }
        return try search(bytes, steps)
    }

    /// Whether the matcher for simple patterns does the work: its time grows with the text alone.
    public var isSimple: Bool { simple != nil }

    @inline(never)
    private func search(_ bytes: UnsafeBufferPointer<UInt8>, _ steps: Int) throws(PatternError) -> Bool {
        try withScratch { (scratch) throws(PatternError) in
            try PatternSearch(code, scratch, bytes, steps, isAnchored).next(from: 0)
        }
    }

    /// The first match that starts at byte `start` or later; nil where there is none.
    public func firstMatch(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0
    ) throws(PatternError) -> PatternMatch? {
        try withScratch { (scratch) throws(PatternError) in
            let search = PatternSearch(code, scratch, bytes, budget.steps, isAnchored)
            return try search.next(from: start) ? search.match : nil
        }
    }

    /// All matches from left to right, none overlapping; at most `limit` of them. The budget holds for each match.
    public func allMatches(
        in bytes: UnsafeBufferPointer<UInt8>, limit: Int = .max
    ) throws(PatternError) -> [PatternMatch] {
        try withScratch { (scratch) throws(PatternError) in
            let search = PatternSearch(code, scratch, bytes, budget.steps, isAnchored)
            var found: [PatternMatch] = []
            var start = 0
            while found.count < limit, start <= bytes.count {
                guard try search.next(from: start, isChecked: start > 0) else { break }
                let match = search.match
                found.append(match)
                // Behind an empty match the next character is passed over, as in ECMA-262.
                start = match.range.isEmpty ? search.afterCharacter(at: match.range.upperBound) : match.range.upperBound
            }
            return found
        }
    }

    private func withScratch<R>(_ body: (PatternScratch) throws(PatternError) -> R) throws(PatternError) -> R {
        let scratch = pool.take() ?? PatternScratch(code: code, budget: budget)
        defer { pool.give(scratch) }
        return try body(scratch)
    }
}
