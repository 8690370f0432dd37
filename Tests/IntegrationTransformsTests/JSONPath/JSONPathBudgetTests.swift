import Glibc
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSONPath budgets")
struct JSONPathBudgetTests {
    /// Deep and wide: 3 × 40 levels of arrays with 30 values each.
    private static func hostile() throws -> Document {
        let leaf = "[" + Array(repeating: "0", count: 30).joined(separator: ",") + "]"
        var text = leaf
        for _ in 0..<110 { text = "[\(leaf),\(text),{\"a\":\(leaf)}]" }
        return try Document(text, policy: .lenient)
    }

    @Test(
        "A hostile path is given up within a tenth of a second",
        arguments: [
            "$..*..*..*", "$..*..*..*..*..*", "$..[*,*,*]..[*,*,*]", "$..[?count($..*) > 0]", "$..*..*[?@ != $]..*",
            "$[?count(@..*..*..*) > 1]", "$..[::-1]..[::-1]..[::1]", "$..[?value($..a[999]) == 1]..*",
        ])
    func hostilePaths(_ text: String) throws { try expectGivenUp(text, within: Self.limit) }

    @Test(
        "A hostile pattern in a path is given up within a tenth of a second, in debug builds too: its engine is in C",
        arguments: [
            "$..[?search('aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a|aa)+$')]..*..*",
            "$..[?match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '((a*)*)*[bc]')]",
        ])
    func hostilePatterns(_ text: String) throws { try expectGivenUp(text, within: .milliseconds(100)) }

    private func expectGivenUp(_ text: String, within limit: Duration) throws {
        let path = try JSONPath(text)
        try Self.hostile().withRoot { (root) throws in
            var nodes = NodeList()
            let time = processorTime {
                #expect(throws: JSONPathBudgetError.self) { try path.evaluate(root, into: &nodes) }
            }
            #expect(time < limit, "took \(time)")
        }
    }

    /// Debug builds run these loops some ten times slower: the slowest takes 14 ms in a release build, 154 ms here.
    private static var limit: Duration {
        #if DEBUG
            // Thread Sanitizer (scripts/tsan) takes ten times as long again.
            getenv("TSAN_OPTIONS") == nil ? .milliseconds(500) : .seconds(5)
        #else
            .milliseconds(100)
        #endif
    }

    @Test("Comparing large objects again and again is paid for")
    func comparisons() throws {
        let big = "{" + (0..<3000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
        let document = try Document(
            "{\"big\":\(big),\"list\":[\(Array(repeating: big, count: 20).joined(separator: ","))]}")
        let path = try JSONPath("$.list[?@ == $.big]")
        try document.withRoot { (root) throws in
            var nodes = NodeList()
            let error = #expect(throws: JSONPathBudgetError.self) { try path.evaluate(root, into: &nodes) }
            #expect(
                error?.description
                    == "`$.list[?@ == $.big]` takes more steps or selects more values than its budget allows")
        }
    }

    @Test("The number of selected values has its own limit")
    func nodes() throws {
        let document = try Document("[1,2,3,4]")
        let path = try JSONPath("$[*]")
        try document.withRoot { (root) throws in
            var nodes = NodeList()
            try path.evaluate(root, into: &nodes, budget: JSONPathBudget(nodes: 4))
            #expect(throws: JSONPathBudgetError.self) {
                try path.evaluate(root, into: &nodes, budget: JSONPathBudget(nodes: 3))
            }
        }
    }

    @Test("A large honest document stays within the budget")
    func honest() throws {
        let item = #"{"sku":"A-1","price":12.5,"tags":["x","y"]}"#
        let document = try Document("{\"items\":[\(Array(repeating: item, count: 20000).joined(separator: ","))]}")
        try document.withRoot { (root) throws in
            #expect(try JSONPath("$..price").count(in: root) == 20000)
            #expect(
                try JSONPath("$.items[?@.price > 10 && match(@.sku, '[A-Z]-[0-9]+')].tags[0]").count(in: root) == 20000)
            #expect(try JSONPath("$.items[?search(@.sku, '(A|B)-1')]").count(in: root) == 20000)
        }
    }
}

/// Processor time that `body` takes on this thread: a busy machine does not change it.
func processorTime(_ body: () throws -> Void) rethrows -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
}
