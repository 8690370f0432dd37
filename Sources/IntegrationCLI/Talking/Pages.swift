internal import IntegrationCore
internal import IntegrationServer

/// A long list, asked for page by page.
struct Pages {
    let link: any EngineLink
    let path: String
    let query: [(String, String?)]
    /// How many items in all.
    let limit: Int
    /// Where the first page begins; nil for the beginning.
    var start: String?
    /// The most that one page holds.
    static let most = 1000

    /// Calls `body` with each page; the pages go on behind what `next` names, or, where there is no `next`, by offset.
    ///
    /// - Returns: how many items there were, and where the next page would begin.
    func forEach(
        _ body: (Reply) async throws -> Void
    ) async throws -> (count: Int, next: String?) {
        var count = 0
        var before = start
        while count < limit {
            let size = min(Self.most, limit - count)
            let reply = try await link.ask(.get, path, query: query + [("limit", "\(size)"), ("before", before)])
            count += try reply.items { _ in () }.count
            try await body(reply)
            before = reply.text("next") ?? reply.integer("next").map { String($0) }
            if before == nil { return (count, nil) }
        }
        return (count, before)
    }

    /// The same for lists that are paged by offset.
    func forEachByOffset(from start: Int, _ body: (Reply) async throws -> Void) async throws -> Int {
        var count = 0
        while count < limit {
            let size = min(Self.most, limit - count)
            let reply = try await link.ask(
                .get, path, query: query + [("limit", "\(size)"), ("offset", "\(start + count)")])
            let found = try reply.items { _ in () }.count
            try await body(reply)
            count += found
            if found < size { break }
        }
        return count
    }
}

/// Prints pages of items as they come.
struct PagePrinter {
    private let format: OutputFormat
    private let console: Console
    private let listing: Listing
    private var isFirst = true

    init(_ listing: Listing, _ format: OutputFormat, _ console: Console) {
        self.listing = listing
        self.format = format
        self.console = console
    }

    mutating func print(_ reply: Reply) throws(IntegrationError) {
        defer { isFirst = false }
        switch format {
        case .jsonl:
            let lines = try reply.items { $0.json + "\n" }.joined()
            if !lines.isEmpty { try console.print(lines) }
        case .json:
            let objects = try reply.items { $0.json }
            guard !objects.isEmpty else { return }
            try console.print((isFirst ? "[" : ",\n ") + objects.joined(separator: ",\n "), endsLine: false)
        case .table:
            try console.print(try listing.text([reply], "items", .table, console.output.style, hasHeader: isFirst))
        }
    }

    func end(_ count: Int) throws(IntegrationError) {
        if format == .json { try console.print(count == 0 ? "[]" : "]") }
    }
}
