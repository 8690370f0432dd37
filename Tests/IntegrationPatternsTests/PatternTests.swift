import Glibc
import Testing

@testable import IntegrationPatterns

@Suite("Patterns")
struct PatternTests {
    @Test("An unanchored pattern matches anywhere, an anchored one only where it says")
    func anchors() throws {
        #expect(try Pattern("b+").matches("abc"))
        #expect(try !Pattern("^b+").matches("abc"))
        #expect(try Pattern("^abc$").matches("abc"))
        #expect(try !Pattern("^abc$").matches("abc\n"))
        #expect(try !Pattern("b", options: .wholeText).matches("abc"))
        #expect(try Pattern("a|abc", options: .wholeText).matches("abc"))
    }

    @Test("Classes know ASCII only, unless Unicode is asked for")
    func unicode() throws {
        #expect(try !Pattern(#"^\d$"#).matches("٣"))
        #expect(try Pattern(#"^\d$"#, options: .unicodeClasses).matches("٣"))
        #expect(try Pattern(#"^\p{Lu}.$"#).matches("Ж漢"))
        #expect(try Pattern("Ж", options: .caseInsensitive).matches("ж"))
    }

    @Test("The dialect of ECMA-262 reads its own escapes and empty classes")
    func ecmaScript() throws {
        #expect(try Pattern(#"^\u0041\u{42}$"#, options: .ecmaScript).matches("AB"))
        #expect(try !Pattern("[]", options: .ecmaScript).matches("a"))
    }

    @Test("A faulty pattern is refused with what is wrong and where")
    func syntax() throws {
        #expect(throws: PatternError.syntax(message: "missing closing parenthesis", offset: 2)) { try Pattern("(a") }
        #expect(throws: PatternError.self) { try Pattern(#"a\C"#) }
        #expect(throws: PatternError.self) { try Pattern("[b-a]") }
    }

    @Test("Matches come with their capture groups, in byte offsets")
    func groups() throws {
        let pattern = try Pattern("(?<key>[a-zä]+)=([0-9]+)?")
        #expect(pattern.captureCount == 2)
        #expect(pattern.captureNames == ["key": 1])
        let text = Array("ä=1, b=".utf8)
        let found = try text.withUnsafeBufferPointer { try pattern.allMatches(in: $0) }
        #expect(
            found == [
                PatternMatch(range: 0..<4, groups: [0..<2, 3..<4]), PatternMatch(range: 6..<8, groups: [6..<7, nil]),
            ])
        let second = try text.withUnsafeBufferPointer { try pattern.firstMatch(in: $0, from: 4) }
        #expect(second?.range == 6..<8)
    }

    @Test("Empty matches advance by a character")
    func emptyMatches() throws {
        let text = Array("äb".utf8)
        let found = try text.withUnsafeBufferPointer { try Pattern("x*").allMatches(in: $0) }
        #expect(found.map(\.range) == [0..<0, 2..<2, 3..<3])
        let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        #expect(try Pattern("x*").allMatches(in: none).count == 1)
        #expect(try !Pattern("x").matches(none))
    }

    @Test(
        "Catastrophic backtracking is given up quickly",
        arguments: [
            "^(a+)+$", "(a*)*[bc]", "^(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)[xy]", "(a|a)*?[bc]",
            "^(([a-z])+.)+[A-Z]([a-z])+$",
        ])
    func catastrophic(_ text: String) throws {
        let pattern = try Pattern(text)
        let subject = String(repeating: "a", count: 5000) + "!"
        let time = processorTime {
            #expect(throws: PatternError.budgetExceeded) { try pattern.matches(subject) }
        }
        #expect(time < .milliseconds(200), "took \(time)")
    }

    @Test("A long text is searched although one place needs many steps")
    func longText() throws {
        let subject = "foo" + String(repeating: "x", count: 200_000) + "bar" + String(repeating: "y", count: 200_000)
        #expect(try Pattern("foo.*bar").matches(subject))
        #expect(try Pattern("fo+[a-z]*?bar[^z]*y$").matches(subject))
    }

    @Test("Bytes that are no UTF-8 do no harm")
    func invalidUTF8() throws {
        func matches(_ text: String) throws -> Bool {
            let bytes: [UInt8] = [0x61, 0xFF, 0x62]
            return try bytes.withUnsafeBufferPointer { try Pattern(text).matches($0) }
        }
        #expect(try !matches("a.b"))
        #expect(try !matches("^[^x]+$"))
    }

    @Test("Many threads may use one pattern")
    func concurrency() async throws {
        let pattern = try Pattern("(a|b)+c")
        let all = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    for _ in 0..<2000 where try pattern.matches("xxababc") { count += 1 }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(all == 16000)
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
