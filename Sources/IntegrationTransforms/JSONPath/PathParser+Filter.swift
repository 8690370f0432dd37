internal import IntegrationDocument
internal import IntegrationPatterns

/// Filters (RFC 9535, 2.3.5), with the types of functions checked (2.4.3).
extension PathParser {
    /// What stood at one side of an operator.
    private enum Term {
        case literal(Int32)
        case query(PathQuery)
        /// A function that gives a value.
        case value(Int32)
        /// A function that gives true or false.
        case logical(Int32)
    }

    mutating func disjunction() throws(JSONPathError) -> Int32 {
        var left = try conjunction()
        while true {
            let start = at
            skipBlanks()
            guard accept("||") else {
                at = start
                return left
            }
            skipBlanks()
            let right = try conjunction()
            left = draft.add(PathTest.either(left, right))
        }
    }

    private mutating func conjunction() throws(JSONPathError) -> Int32 {
        var left = try basic()
        while true {
            let start = at
            skipBlanks()
            guard accept("&&") else {
                at = start
                return left
            }
            skipBlanks()
            let right = try basic()
            left = draft.add(PathTest.both(left, right))
        }
    }

    private mutating func basic() throws(JSONPathError) -> Int32 {
        if accept(UInt8(ascii: "!")) {
            skipBlanks()
            if peek == UInt8(ascii: "(") { return draft.add(PathTest.not(try parenthesised())) }
            let start = at
            let test = try test(try term(), at: start)
            return draft.add(PathTest.not(test))
        }
        if peek == UInt8(ascii: "(") { return try parenthesised() }
        let start = at
        let left = try term()
        let end = at
        skipBlanks()
        guard let comparison = comparison() else {
            at = end
            return try test(left, at: start)
        }
        skipBlanks()
        let rightStart = at
        let right = try term()
        return draft.add(
            PathTest.compare(comparison, try comparable(left, at: start), try comparable(right, at: rightStart)))
    }

    private mutating func parenthesised() throws(JSONPathError) -> Int32 {
        at += 1
        skipBlanks()
        let inner = try nested { (parser) throws(JSONPathError) in try parser.disjunction() }
        skipBlanks()
        guard accept(UInt8(ascii: ")")) else { throw expected("`)`") }
        return inner
    }

    private mutating func comparison() -> PathComparison? {
        if accept("==") { return .equal }
        if accept("!=") { return .notEqual }
        if accept("<=") { return .lessOrEqual }
        if accept(">=") { return .greaterOrEqual }
        if accept("<") { return .less }
        if accept(">") { return .greater }
        return nil
    }

    /// A term that stands alone: a query, or a function that gives true or false.
    private mutating func test(_ term: Term, at start: Int) throws(JSONPathError) -> Int32 {
        switch term {
        case .query(let query): return draft.add(PathTest.exists(query: draft.add(query)))
        case .logical(let test): return test
        case .literal: throw error("a literal can't stand alone in a filter: compare it with something", at: start)
        case .value: throw error("this function gives a value: compare it with something", at: start)
        }
    }

    private mutating func comparable(_ term: Term, at start: Int) throws(JSONPathError) -> Int32 {
        switch term {
        case .literal(let literal): return draft.add(PathOperand.literal(literal))
        case .value(let operand): return operand
        case .query(let query):
            guard query.isSingular else {
                throw error(
                    "only a query that selects one value can be compared: no `*`, `..`, slice or filter", at: start)
            }
            return draft.add(PathOperand.singular(query: draft.add(query)))
        case .logical: throw error("this function gives true or false, which can't be compared", at: start)
        }
    }

    private mutating func term() throws(JSONPathError) -> Term {
        switch peek {
        case UInt8(ascii: "@"):
            at += 1
            return .query(try nested { (parser) throws(JSONPathError) in try parser.query(isAbsolute: false) })
        case UInt8(ascii: "$"):
            at += 1
            return .query(try nested { (parser) throws(JSONPathError) in try parser.query(isAbsolute: true) })
        default:
            if let literal = try literal() { return .literal(literal) }
            if let byte = peek, byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") {
                return try nested { (parser) throws(JSONPathError) in try parser.function() }
            }
            throw expected("`@`, `$`, a literal or a function")
        }
    }

    // MARK: Functions

    private mutating func function() throws(JSONPathError) -> Term {
        let start = at
        while let byte = peek,
            (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_") || Self.isDigit(byte)
        {
            at += 1
        }
        let name = String(decoding: text[start..<at], as: UTF8.self)
        guard accept(UInt8(ascii: "(")) else { throw expected("`(` directly after the function name `\(name)`") }
        let arguments = try arguments()
        func check(_ count: Int) throws(JSONPathError) {
            guard arguments.count == count else {
                throw error(
                    "`\(name)` takes \(count) argument\(count == 1 ? "" : "s"), not \(arguments.count)", at: start)
            }
        }
        switch name {
        case "length":
            try check(1)
            return .value(draft.add(PathOperand.length(try comparable(arguments[0].term, at: arguments[0].start))))
        case "count":
            try check(1)
            return .value(draft.add(PathOperand.count(query: try nodes(arguments[0], name))))
        case "value":
            try check(1)
            return .value(draft.add(PathOperand.value(query: try nodes(arguments[0], name))))
        case "match", "search":
            try check(2)
            return .logical(try pattern(arguments, isWhole: name == "match"))
        default:
            throw error("there is no function `\(name)`: use length, count, value, match or search", at: start)
        }
    }

    private mutating func arguments() throws(JSONPathError) -> [(term: Term, start: Int)] {
        var arguments: [(term: Term, start: Int)] = []
        skipBlanks()
        if accept(UInt8(ascii: ")")) { return arguments }
        repeat {
            skipBlanks()
            let start = at
            arguments.append((try term(), start))
            skipBlanks()
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: ")")) else { throw expected("`,` or `)`") }
        return arguments
    }

    private mutating func nodes(_ argument: (term: Term, start: Int), _ name: String) throws(JSONPathError) -> Int32 {
        guard case .query(let query) = argument.term else {
            throw error("`\(name)` takes a query, such as `@.items[*]`", at: argument.start)
        }
        return draft.add(query)
    }

    private mutating func pattern(
        _ arguments: [(term: Term, start: Int)], isWhole: Bool
    ) throws(JSONPathError) -> Int32 {
        let text = try comparable(arguments[0].term, at: arguments[0].start)
        if case .literal(let literal) = arguments[1].term, draft.literals[Int(literal)].kind == .string {
            let word = draft.literals[Int(literal)]
            let written = String(decoding: draft.texts[word.offset..<(word.offset + word.length)], as: UTF8.self)
            // What is no I-Regexp matches nothing (RFC 9535, 2.4.6).
            let pattern = PathPattern.compile(written, isWhole: isWhole, isDynamic: false)
            return draft.add(PathTest.pattern(text: text, pattern: pattern.map { draft.add($0) } ?? -1))
        }
        let dynamic = try comparable(arguments[1].term, at: arguments[1].start)
        return draft.add(PathTest.dynamicPattern(text: text, pattern: dynamic, whole: isWhole))
    }
}
