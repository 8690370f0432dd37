import IntegrationDocument
import TestSupport
import Testing

@Suite("Arena")
struct ArenaTests {
    private func parse(_ arena: Arena, _ text: String) throws -> UnsafePointer<Word> {
        arena.attach(ByteBlock(text), as: Arena.sourceBase)
        return try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: text.utf8.count))
    }

    @Test("An arena that is used again shows nothing of its former documents")
    func reuse() throws {
        let arena = Arena()
        let bench = Bench()
        var random = SplitMix(seed: 3)
        for round in 0..<500 {
            arena.reset()
            let order = sampleOrders[random.below(sampleOrders.count)]
            let root = try parse(arena, String(decoding: order, as: UTF8.self))
            let word = arena.makeString("round \(round)")
            #expect(written(arena.view(root)) == (try bench.parse(order, policy: .strict).get()))
            #expect(arena.view(of: word).string == "round \(round)")
        }
        arena.reset()
        #expect(arena.scratchCount == 0)
        #expect(arena.view(of: Word(.string, base: Arena.sourceBase, offset: 0, length: 0)).string == "")
    }

    @Test("A text that is refused leaves nothing, and the next one is read")
    func afterFailure() throws {
        let arena = Arena()
        let good = try parse(arena, "[1,2]")
        let slice = arena.appendScratch(count: 3) { target in
            for (place, byte) in "[1,".utf8.enumerated() { target[place] = byte }
            return 3
        }
        for _ in 0..<100 { #expect(throws: ParseError.self) { try arena.parse(slice) } }
        #expect(written(arena.view(good)) == Array("[1,2]".utf8))
    }

    @Test("Texts in scratch are parsed too, and scratch may grow afterwards")
    func scratch() throws {
        let arena = Arena()
        let text = Array(#"{"a":["b",1]}"#.utf8)
        let slice = text.withUnsafeBufferPointer { arena.appendScratch($0) }
        #expect(arena.bytes(slice).elementsEqual(text))
        let root = try arena.parse(slice)
        for round in 0..<5000 { _ = arena.makeString("filler \(round)") }
        #expect(arena.scratchCount > 50_000)
        #expect(written(arena.view(root)) == text)
        #expect(arena.bytes(slice).elementsEqual(text))
    }

    @Test("Thirteen blocks are attached beside the fixed bases, the same one once, and no more")
    func attaching() throws {
        let arena = Arena()
        let blocks = (0..<14).map { ByteBlock("[\($0)]") }
        let bases = blocks.map { arena.attach($0) }
        #expect(bases == Array(3..<16).map { $0 } + [nil])
        #expect(arena.attach(blocks[4]) == 7)
        for (number, base) in bases.enumerated() {
            guard let base else { continue }
            let root = try arena.parse(Slice(base: base, offset: 0, length: blocks[number].count))
            #expect(written(arena.view(root)) == Array("[\(number)]".utf8))
        }
        arena.reset()
        #expect(arena.attach(blocks[13]) == 3)
    }

    @Test("A block lives as long as its arena needs it")
    func ownership() throws {
        let arena = Arena()
        let root: UnsafePointer<Word>
        do {
            let block = ByteBlock(#"["kept"]"#)
            arena.attach(block, as: Arena.sourceBase)
            root = try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: block.count))
        }
        var other: [ByteBlock] = []
        for number in 0..<100 { other.append(ByteBlock("filler \(number)")) }
        #expect(written(arena.view(root)) == Array(#"["kept"]"#.utf8))
    }

    @Test("Memory above the kept size is given back at a reset")
    func footprint() throws {
        let arena = Arena()
        let small = arena.footprint
        _ = try parse(arena, "[" + Array(repeating: "1", count: 2_000_000).joined(separator: ",") + "]")
        #expect(arena.footprint > 8 * 2_000_000)
        for _ in 0..<10 { _ = arena.makeString(String(repeating: "x", count: 1 << 20)) }
        arena.reset()
        #expect(arena.footprint <= small + (8 << 20) + (4 << 20))
        let root = try parse(arena, "[1]")
        #expect(written(arena.view(root)) == Array("[1]".utf8))
    }

    @Test("A document that was parsed in somebody's arena outlives what becomes of that arena")
    func parsedElsewhere() throws {
        let arena = Arena()
        let text =
            #"{"id":"1","name":"Ann\u00e9","total":12.50,"tags":["a","b"],"text":"\#(String(repeating: "x", count: 3_000))"}"#
        let document = try Document(ByteBlock(text), parsedIn: arena)
        let expected = try Document(text).json
        arena.reset()
        let other = try parse(arena, #"{"id":"2","name":"Bob","total":0,"tags":[],"text":""}"#)
        #expect(document.json == expected)
        #expect(arena.view(other)["id"]?.string == "2")
        arena.reset()
        let error = #expect(throws: ParseError.self) { try Document(ByteBlock("{\"id\": nope}"), parsedIn: arena) }
        #expect(error?.column == 8)
    }

    @Test("A block is filled in place, and an error while filling is passed on")
    func blocks() throws {
        struct Refused: Error {}
        let block = ByteBlock(capacity: 10) { target in
            target[0] = 7
            return 1
        }
        #expect(block.count == 1)
        #expect(block.start[0] == 7)
        #expect((1..<(1 + ByteBlock.padding)).allSatisfy { block.start[$0] == 0 })
        #expect(throws: Refused.self) {
            try ByteBlock(capacity: 4) { (_: UnsafeMutableBufferPointer<UInt8>) throws(Refused) -> Int in
                throw Refused()
            }
        }
        #expect(ByteBlock([]).count == 0)
    }
}
