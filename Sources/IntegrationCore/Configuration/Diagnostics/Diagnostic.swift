/// One remark about a configuration, with its place and what to write instead.
public struct Diagnostic: Error, Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
        case note, warning, error

        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public var severity: Severity
    public var code: ErrorCode
    public var message: String
    public var span: SourceSpan
    /// What to write instead; stands behind the carets.
    public var help: String?
    /// Whether `run` refuses the configuration for it although `check` only warns.
    public var blocksRun: Bool

    public init(
        _ severity: Severity = .error, _ code: ErrorCode, _ message: String, at span: SourceSpan = .none,
        help: String? = nil, blocksRun: Bool = false
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.blocksRun = blocksRun || severity == .error
    }
}

extension Diagnostic {
    /// An error whose place is still to be filled in.
    public init(_ code: ErrorCode, _ message: String, help: String? = nil) {
        self.init(.error, code, message, at: .none, help: help)
    }
}

/// All remarks about a configuration, collected so that they can be shown at once.
public struct Diagnostics: Sendable {
    public private(set) var all: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []
    /// Places whose text is a secret and never printed, not even in the line that a diagnostic shows.
    public private(set) var secretSpans: Set<SourceSpan> = []

    public init() {}

    /// How many remarks are kept; beyond that only the first error and the first that blocks a run are.
    public static let limit = 1000
    /// How many remarks were left out.
    public private(set) var omitted = 0

    /// Adds a remark; the same remark about the same place is kept once.
    public mutating func add(_ diagnostic: Diagnostic) {
        let isNews = (diagnostic.severity == .error && !hasErrors) || (diagnostic.blocksRun && !blocksRun)
        guard all.count < Self.limit || isNews else {
            omitted += 1
            if diagnostic.severity == .error { errorCount += 1 }
            return
        }
        guard seen.insert(diagnostic).inserted else { return }
        all.append(diagnostic)
        hasErrors = hasErrors || diagnostic.severity == .error
        blocksRun = blocksRun || diagnostic.blocksRun
        if diagnostic.severity == .error { errorCount += 1 }
    }

    /// Whether there are still few enough remarks that it is worth looking for what was meant.
    public var isReadable: Bool { all.count < 200 }

    public mutating func error(_ code: ErrorCode, _ message: String, at span: SourceSpan, help: String? = nil) {
        add(Diagnostic(.error, code, message, at: span, help: help))
    }

    public mutating func warning(
        _ code: ErrorCode, _ message: String, at span: SourceSpan, help: String? = nil, blocksRun: Bool = false
    ) {
        add(Diagnostic(.warning, code, message, at: span, help: help, blocksRun: blocksRun))
    }

    public mutating func note(_ code: ErrorCode, _ message: String, at span: SourceSpan, help: String? = nil) {
        add(Diagnostic(.note, code, message, at: span, help: help))
    }

    public mutating func markSecret(_ span: SourceSpan) {
        if span.location.isKnown { secretSpans.insert(span) }
    }

    public mutating func append(contentsOf other: Diagnostics) {
        for diagnostic in other.all { add(diagnostic) }
        secretSpans.formUnion(other.secretSpans)
        omitted += other.omitted
    }

    public private(set) var hasErrors = false
    /// Whether `run` must refuse, with exit 78.
    public private(set) var blocksRun = false
    /// All errors, those that were left out included.
    public private(set) var errorCount = 0

    public func count(_ severity: Diagnostic.Severity) -> Int { all.count { $0.severity == severity } }

    /// In reading order: files as they first came up, then line and column.
    public var sorted: [Diagnostic] {
        var order: [String: Int] = [:]
        for diagnostic in all where order[diagnostic.span.location.file] == nil {
            order[diagnostic.span.location.file] = order.count
        }
        return all.enumerated().sorted { left, right in
            let (a, b) = (left.element.span.location, right.element.span.location)
            if a.file != b.file { return order[a.file, default: 0] < order[b.file, default: 0] }
            return (a.line, a.column, left.offset) < (b.line, b.column, right.offset)
        }.map(\.element)
    }

    /// The same with everything that blocks a run raised to an error: what `run` prints before it exits with 78.
    public func escalated() -> Diagnostics {
        var result = Diagnostics()
        result.secretSpans = secretSpans
        result.omitted = omitted
        for var diagnostic in all {
            if diagnostic.blocksRun { diagnostic.severity = .error }
            result.add(diagnostic)
        }
        return result
    }
}
