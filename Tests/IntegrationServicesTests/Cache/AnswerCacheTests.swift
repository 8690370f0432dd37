import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationServices

@Suite("The cache of answers") struct AnswerCacheTests {
    private static func document(_ number: Int) throws -> Document { try Document(#"{"n": \#(number)}"#) }

    private static func text(_ answer: LookupAnswer?) -> String {
        switch answer {
        case nil: "-"
        case .missing: "missing"
        case .found(let document): document.json
        case .failed(let error): "\(error.code)"
        }
    }

    @Test func `an answer holds for its time, and a miss for its own`() throws {
        var cache = AnswerCache(CacheSettings(ttl: .seconds(10), missTTL: .seconds(2)))
        cache.keep(.found(try Self.document(1)), to: LookupKey("a"), at: .zero)
        cache.keep(.missing, to: LookupKey("b"), at: .zero)
        #expect(Self.text(cache.answer(to: LookupKey("a"), at: .milliseconds(9999))) == #"{"n":1}"#)
        #expect(Self.text(cache.answer(to: LookupKey("a"), at: .seconds(10))) == "-")
        #expect(Self.text(cache.answer(to: LookupKey("b"), at: .milliseconds(1999))) == "missing")
        #expect(Self.text(cache.answer(to: LookupKey("b"), at: .seconds(2))) == "-")
        #expect(cache.count == 0)
        #expect(cache.bytes == 0)
    }

    @Test func `misses are not kept where nobody says how long, and put away what was known`() throws {
        var cache = AnswerCache(CacheSettings(ttl: .seconds(10)))
        cache.keep(.found(try Self.document(1)), to: LookupKey("a"), at: .zero)
        cache.keep(.missing, to: LookupKey("a"), at: .zero)
        #expect(cache.answer(to: LookupKey("a"), at: .zero) == nil)
        #expect(cache.count == 0)
    }

    @Test func `a failure is not kept and takes nothing away`() throws {
        var cache = AnswerCache(CacheSettings(ttl: .seconds(10)))
        cache.keep(.found(try Self.document(1)), to: LookupKey("a"), at: .zero)
        cache.keep(.failed(IntegrationError(.noEndpoint, "no")), to: LookupKey("a"), at: .zero)
        #expect(Self.text(cache.answer(to: LookupKey("a"), at: .seconds(1))) == #"{"n":1}"#)
    }

    @Test func `what holds no more is given for a while where the service fails`() throws {
        var cache = AnswerCache(CacheSettings(ttl: .seconds(10), missTTL: .seconds(1), staleIfError: .seconds(60)))
        cache.keep(.found(try Self.document(1)), to: LookupKey("a"), at: .zero)
        #expect(cache.answer(to: LookupKey("a"), at: .seconds(30)) == nil)
        #expect(Self.text(cache.staleAnswer(to: LookupKey("a"), at: .seconds(69))) == #"{"n":1}"#)
        #expect(cache.staleAnswer(to: LookupKey("a"), at: .seconds(70)) == nil)
        #expect(cache.count == 0)
    }

    @Test func `an answer larger than the cache is not kept, and drives nothing out`() throws {
        var cache = AnswerCache(CacheSettings(ttl: .seconds(10), maximumBytes: 4000))
        cache.keep(.found(try Self.document(1)), to: LookupKey("a"), at: .zero)
        let large = try Document("[" + Array(repeating: "1", count: 4000).joined(separator: ",") + "]")
        cache.keep(.found(large), to: LookupKey("b"), at: .zero)
        #expect(cache.answer(to: LookupKey("a"), at: .zero) != nil)
        #expect(cache.answer(to: LookupKey("b"), at: .zero) == nil)
    }

    @Test func `a kept answer takes little more memory than its text`() throws {
        let large = try Document(#"{"name": "\#(String(repeating: "x", count: 5000))", "n": 12}"#)
        #expect(large.withRoot { Document(compacting: $0) }.footprint < 6000)
        #expect(large.withRoot { Document(compacting: $0) } == large)
    }

    /// Against a list that is searched from its beginning.
    @Test(arguments: 1...40) func `entries come and go as in a simple model`(_ seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let most = Int.random(in: 1...8, using: &random)
        let settings = CacheSettings(
            ttl: .seconds(5), missTTL: seed % 2 == 0 ? .seconds(2) : nil,
            staleIfError: seed % 3 == 0 ? .seconds(4) : nil,
            maximumEntries: most)
        var cache = AnswerCache(settings)
        // The most recently used one is the last.
        var model: [(key: String, text: String, since: Duration)] = []
        var now = Duration.zero
        let grace = settings.staleIfError ?? .zero
        func life(_ text: String) -> Duration { text == "missing" ? settings.missTTL ?? .zero : settings.ttl }
        func look(_ key: String, _ grace: Duration, _ text: LookupAnswer?) {
            var expected = "-"
            if let index = model.firstIndex(where: { $0.key == key }) {
                let entry = model[index]
                if now - entry.since >= life(entry.text) + (settings.staleIfError ?? .zero) {
                    model.remove(at: index)
                } else if now - entry.since < life(entry.text) + grace {
                    expected = entry.text
                    model.append(model.remove(at: index))
                }
            }
            #expect(Self.text(text) == expected)
        }
        for number in 0..<600 {
            now += .milliseconds(Int.random(in: 0...700, using: &random))
            let key = "k\(Int.random(in: 0...11, using: &random))"
            switch Int.random(in: 0...4, using: &random) {
            case 0, 1: look(key, .zero, cache.answer(to: LookupKey(key), at: now))
            case 2 where settings.staleIfError != nil:
                look(key, grace, cache.staleAnswer(to: LookupKey(key), at: now))
            default:
                let isMiss = Int.random(in: 0...3, using: &random) == 0
                cache.keep(isMiss ? .missing : .found(try Self.document(number)), to: LookupKey(key), at: now)
                model.removeAll { $0.key == key }
                guard !isMiss || settings.missTTL != nil else { break }
                if model.count == most { model.removeFirst() }
                model.append((key, isMiss ? "missing" : #"{"n":\#(number)}"#, now))
            }
            #expect(cache.count == model.count)
        }
    }
}
