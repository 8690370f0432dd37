import IntegrationDocument
import TestSupport
import Testing

@testable import IntegrationTransforms

@Suite("Random mappings")
struct MappingPropertyTests {
    private static let rounds = 600

    @Test("The short way gives what the whole evaluation gives, errors too", arguments: [1, 2])
    func agreement(seed: UInt64) throws {
        var maker = MappingMaker(seed: seed)
        var values = 0
        for _ in 0..<Self.rounds {
            let text = maker.mapping()
            let literals = Literals()
            let quick = try Expression.compile(text, literals: literals)
            let whole = try Expression.compile(text)
            #expect(quick.mapping != nil)
            for _ in 0..<4 {
                let input = maker.object(depth: 0)
                let expected = try Self.result(of: whole, over: input, literals)
                let found = try Self.result(of: quick, over: input, literals)
                #expect(found == expected, "\(text) over \(input)")
                if expected.hasPrefix("{") { values += 1 }
            }
        }
        // Else the test would only compare errors.
        #expect(values > Self.rounds)
    }

    private static func result(of expression: Expression, over input: String, _ literals: Literals) throws -> String {
        let arena = Arena()
        let block = ByteBlock(input)
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals.block(), as: Arena.literalBase)
        let view = arena.view(try arena.parse(Slice(base: 0, offset: 0, length: block.count), policy: .lenient))
        var builder = Builder(arena)
        do {
            guard try expression.evaluate(view, into: &builder) else { return "nothing" }
        } catch {
            return "\(error.code) at \(error.offset): \(error.value ?? "")"
        }
        var out = OutputBuffer()
        out.append(arena.view(builder.finish()))
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

/// Makes mappings, and inputs that often fit them.
private struct MappingMaker {
    private var random: SplitMix
    private static let names = ["a", "b", "n", "m", "s", "t", "list", "deep", "longer-than-eight"]

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[random.below(choices.count)] }

    // MARK: Expressions

    mutating func mapping(depth: Int = 0) -> String {
        let members = (0...random.below(4)).map { "\"k\($0)\": " + member(depth) }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private mutating func member(_ depth: Int) -> String {
        switch random.below(14) {
        case 0: depth < 2 ? mapping(depth: depth + 1) : name()
        case 1, 2: path()
        case 3: "list." + mapping(depth: 2)
        case 4: "list[\(test())]." + mapping(depth: 2)
        case 5: "\(path())[\(position())]." + (random.below(2) == 0 ? mapping(depth: 2) : name())
        case 6: "list.(\(value(0)))"
        case 7: "list[\(test())]." + name()
        case 8: "\(name())[]" + pick(["", ".\(name())", "." + mapping(depth: 2)])
        case 9: "[" + (0..<random.below(4)).map { _ in value(1) }.joined(separator: ", ") + "]"
        case 10: "\(path()).(\(value(0)))"
        case 11: "list[\(value(1))]"
        default: value(0)
        }
    }

    private mutating func position() -> String { pick(["0", "1", "-1", "0.7", "-2", "9"]) }

    private mutating func name() -> String {
        let name = pick(Self.names)
        return name.contains("-") ? "`\(name)`" : name
    }

    private mutating func path() -> String {
        (0...random.below(3)).map { _ in name() }.joined(separator: ".")
    }

    private mutating func test() -> String {
        let comparison = pick(["=", "!=", "<", "<=", ">", ">="])
        return switch random.below(6) {
        case 0: name()
        case 1: "$exists(\(path())) \(pick(["and", "or"])) \(name()) \(comparison) \(literal())"
        case 2: "\(name()) in [\(literal()), \(literal())]"
        case 3: "$not(\(path()))"
        default: "\(name()) \(comparison) \(literal())"
        }
    }

    private mutating func literal() -> String {
        pick(["0", "1", "2.5", "\"x\"", "\"ü\"", "\"\"", "true", "false", "null", "-3", "1e3", "\"a\\nb\""])
    }

    private mutating func value(_ depth: Int) -> String {
        guard depth < 3 else { return random.below(3) == 0 ? literal() : path() }
        let one = { (maker: inout MappingMaker) in maker.value(depth + 1) }
        switch random.below(12) {
        case 0: return literal()
        case 1, 2: return path()
        case 3: return "(\(one(&self)) \(pick(["+", "-", "*", "/", "%"])) \(one(&self)))"
        case 4: return "(\(one(&self)) & \(one(&self)) & \(one(&self)))"
        case 5: return "(\(test()) ? \(one(&self)) : \(one(&self)))"
        case 6: return "(\(one(&self)) \(pick(["?:", "??"])) \(one(&self)))"
        case 7:
            let function = pick(["string", "uppercase", "lowercase", "number", "floor", "ceil", "abs", "round", "not"])
            return "$\(function)(\(one(&self)))"
        case 8:
            let function = pick(["sum", "count", "max", "min", "average"])
            return "$\(function)(\(aggregated()))"
        case 9: return "$\(pick(["boolean", "exists"]))(\(one(&self)))"
        case 10: return "(" + test() + ")"
        default: return "-\(path())"
        }
    }

    private mutating func aggregated() -> String {
        switch random.below(6) {
        case 0: name()
        case 1: "list[\(test())]"
        case 2: "list[\(test())].n"
        case 3: "list.(n * m)"
        case 4: path()
        default: "list.n"
        }
    }

    // MARK: Inputs

    mutating func object(depth: Int) -> String {
        var members: [String] = []
        for name in Self.names where random.below(5) > 0 { members.append("\"\(name)\": \(field(name, depth))") }
        if random.below(20) == 0 { members.append("\"\\u006e\": 4") }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private mutating func field(_ name: String, _ depth: Int) -> String {
        // Mostly what the name says, so that most expressions have a value.
        if random.below(8) == 0 { return anything(depth) }
        switch name {
        case "a", "n", "m": return number()
        case "s", "t", "b": return string()
        case "list":
            return depth > 1 ? "[]" : "[" + (0..<random.below(5)).map { _ in item(depth) }.joined(separator: ",") + "]"
        default: return depth > 1 ? string() : object(depth: depth + 1)
        }
    }

    private mutating func item(_ depth: Int) -> String {
        random.below(10) == 0 ? anything(depth + 1) : object(depth: depth + 1)
    }

    private mutating func anything(_ depth: Int) -> String {
        switch random.below(6) {
        case 0: "null"
        case 1: pick(["true", "false"])
        case 2: number()
        case 3: string()
        case 4:
            depth > 1 ? "[]" : "[" + (0..<random.below(3)).map { _ in anything(depth + 1) }.joined(separator: ",") + "]"
        default: depth > 1 ? "{}" : object(depth: depth + 1)
        }
    }

    private mutating func number() -> String {
        pick([
            "0", "1", "2", "2.50", "-3", "0.1", "1e3", "12345678901234567890", "1e308", "1e999", "72.72", "0.3", "-0",
        ])
    }

    private mutating func string() -> String {
        pick([
            "\"\"", "\"x\"", "\"Xyz\"", "\"ü\"", "\"a\\nb\"", "\"\\ud83d\"", "\"\\ude00\"", "\"😀\"", "\"12\"",
            "\"\u{E000}\"",
        ])
    }
}
