internal import FuzzerSupport
internal import IntegrationDocument

/// What must hold of every text, well formed or not.
enum DocumentFuzzer: Fuzzer {
    static let name = "document"
    private static let arena = Arena()
    private static let other = Arena()
    private nonisolated(unsafe) static let yardstick = SimdjsonYardstick()

    /// Stands before and behind the text in its block and must not matter.
    private static let surroundings: [(before: String, behind: String)] = [
        ("", ""), ("[", "]"), ("{\"a\":", "}"), ("\"", "\""), ("1", "2"), ("\\", ",1]"), ("", ":1}"), ("tru", "e5"),
    ]

    static func check(_ text: [UInt8]) {
        let expected = ReferenceGrammar.check(text)
        let lenient = parse(text, .lenient)
        switch lenient {
        case .success:
            require(expected.isValid && expected.depth <= 1024, "accepted what the grammar refuses")
        case .failure(let error):
            require(!expected.isValid || expected.depth > 1024, "refused what the grammar accepts: \(error)")
            require((0...text.count).contains(error.offset), "the place is outside of the text: \(error)")
        }
        if !expected.hasLoneSurrogate, !expected.hasBigNumber, expected.depth < 1024 {
            let block = ByteBlock(text)
            let verdict = withExtendedLifetime(block) { yardstick.parse(block.start, block.count) }
            require(verdict == expected.isValid, "simdjson says \(verdict)")
        }
        if case .success(let root) = lenient { checkUse(arena.view(root)) }
        if case .failure(let error) = parse(text, .strict) {
            let policies: [ParseError.Reason] = [.duplicateKey, .tooDeep, .numberOutOfRange]
            require(!expected.isValid || policies.contains(error.reason), "the strict policy says \(error)")
        } else {
            require(expected.isValid && expected.depth <= 128, "the strict policy accepts more")
        }
    }

    private static func parse(_ text: [UInt8], _ policy: ParsePolicy) -> Result<UnsafePointer<Word>, ParseError> {
        let around = surroundings[text.count % surroundings.count]
        arena.reset()
        arena.attach(ByteBlock(Array(around.before.utf8) + text + Array(around.behind.utf8)), as: Arena.sourceBase)
        let slice = Slice(base: Arena.sourceBase, offset: around.before.utf8.count, length: text.count)
        do {
            return .success(try arena.parse(slice, policy: policy))
        } catch {
            return .failure(error)
        }
    }

    /// Writes, copies, compares, walks and looks up.
    private static func checkUse(_ root: View) {
        let written = write(root)
        other.reset()
        var builder = Builder(other, capacity: 1)
        builder.copy(foreign: root)
        let copy = other.view(builder.finish())
        require(write(copy) == written, "a copy is written differently")
        require(root.isEqual(to: copy) && copy.isEqual(to: root), "a copy is not equal")
        let block = ByteBlock(written)
        other.attach(block, as: Arena.sourceBase)
        do {
            let again = try other.parse(
                Slice(base: Arena.sourceBase, offset: 0, length: block.count), policy: .lenient)
            require(write(other.view(again)) == written, "what was written is not minimal")
            require(other.view(again).isEqual(to: root), "what was written is not equal")
        } catch {
            require(false, "what was written is refused: \(error)")
        }
        walk(root)
    }

    private static func walk(_ view: View) {
        if let string = view.string { require(Array(string.utf8) == view.decodedBytes, "a string is not UTF-8") }
        if view.word.isNumber {
            let text = String(decoding: view.rawBytes, as: UTF8.self)
            require(view.double?.bitPattern == Double(text)?.bitPattern, "\(text) is read as \(view.double ?? .nan)")
            if view.kind == .integer { require(view.integer == Int64(text), "\(text) is another integer") }
        }
        var count = 0
        for element in view.elements {
            walk(element)
            count += 1
        }
        for member in view.members {
            let key = member.name
            let found = view[key]
            require(found != nil, "the key \(key) is not found")
            let matcher = KeyMatcher([key])
            require(matcher.slot(of: member.key.word, view.bases) == 0, "the key \(key) is not matched")
            walk(member.value)
            count += 1
        }
        require(count == view.count, "the count is wrong")
    }

    private static func write(_ view: View) -> [UInt8] {
        var out = OutputBuffer(capacity: 0)
        out.append(view)
        return out.withBytes { Array($0) }
    }
}
