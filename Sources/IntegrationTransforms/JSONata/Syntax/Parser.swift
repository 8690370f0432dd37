/// The grammar of JSONata by operator precedence (Pratt 1973), with the binding powers and error codes of jsonata-js.
struct ExpressionParser {
    private var lexer: Lexer
    private var token: Token
    private var depth = 0

    /// Deepest nesting of an expression's text.
    private static let maximumDepth = 250
    /// Highest tree: a long chain of operators counts a level each.
    private static let maximumHeight = 500
    /// Longest text of an expression, in bytes.
    private static let maximumLength = 1 << 18

    private init(_ text: String) throws(ExpressionError) {
        lexer = Lexer(text)
        token = try lexer.next(infix: false)
    }

    /// Parses a whole text.
    ///
    /// - Throws: S01xx for the text's tokens, S02xx for its grammar, S03xx for regular expressions, S04xx for signatures.
    static func parse(_ text: String) throws(ExpressionError) -> Syntax {
        guard text.utf8.count <= maximumLength else {
            throw ExpressionError("U1003", at: 0, end: 0, value: "\(maximumLength) bytes")
        }
        var parser = try ExpressionParser(text)
        let expression = try parser.expression(0)
        guard parser.token.kind == .end else {
            throw ExpressionError("S0201", at: parser.token.start, end: parser.token.end, token: parser.token.text)
        }
        var processor = SyntaxProcessor()
        let result = try processor.process(expression)
        if result.kind == .parent || result.seekingParent != nil {
            throw result.error("S0217", token: result.kind.rawValue)
        }
        return result
    }

    private static func power(_ token: Token) -> Int {
        guard token.kind == .operator else { return 0 }
        switch token.text {
        case "[", "(", "@", "#": return 80
        case ".": return 75
        case "{": return 70
        case "*", "/", "%": return 60
        case "+", "-", "&": return 50
        case "=", "<", ">", "^", "!=", "<=", ">=", "~>", "in", "?:", "??": return 40
        case "and": return 30
        case "or": return 25
        case "?": return 20
        case ":=": return 10
        default: return 0
        }
    }

    // MARK: Tokens

    private func isOperator(_ text: String) -> Bool { token.kind == .operator && token.text == text }

    private mutating func advance(infix: Bool = false) throws(ExpressionError) {
        token = try lexer.next(infix: infix)
        if token.kind == .operator, token.text == "!" || token.text == "~" {
            throw ExpressionError("S0204", at: token.start, end: token.end, token: token.text)
        }
    }

    private mutating func expect(_ text: String, infix: Bool = false) throws(ExpressionError) {
        guard isOperator(text) else {
            let code = token.kind == .end ? "S0203" : "S0202"
            throw ExpressionError(code, at: token.start, end: token.end, token: token.text, value: text)
        }
        try advance(infix: infix)
    }

    private func node(_ kind: Syntax.Kind, _ token: Token) -> Syntax {
        let node = Syntax(kind, token.text, start: token.start, end: token.end)
        node.number = token.number
        node.flags = token.flags
        return node
    }

    // MARK: Expressions

    private mutating func expression(_ power: Int) throws(ExpressionError) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError("U1003", at: token.start, end: token.end, value: "\(Self.maximumDepth) levels")
        }
        let first = token
        try advance(infix: true)
        var left = try measured(try prefix(first))
        while power < Self.power(token) {
            let op = token
            try advance()
            left = try measured(try infix(op, left))
        }
        return left
    }

    /// The node with its height, which is bounded: what walks the tree needs stack for it.
    private func measured(_ node: Syntax) throws(ExpressionError) -> Syntax {
        var height = 0
        for part in [node.left, node.right, node.head] { height = max(height, part?.height ?? 0) }
        for item in node.items { height = max(height, item.height) }
        for pair in node.pairs { height = max(height, pair.key.height, pair.value.height) }
        for term in node.terms { height = max(height, term.expression.height) }
        node.height = height + 1
        guard node.height <= Self.maximumHeight else {
            throw node.error("U1003", value: "\(Self.maximumHeight) levels")
        }
        return node
    }

    private mutating func prefix(_ first: Token) throws(ExpressionError) -> Syntax {
        switch first.kind {
        case .name: return node(.name, first)
        case .variable: return node(.variable, first)
        case .string: return node(.string, first)
        case .number: return node(.number, first)
        case .value: return node(.value, first)
        case .regex: return node(.regex, first)
        case .end: return node(.end, first)
        case .operator: break
        }
        switch first.text {
        case "and", "or", "in": return node(.operator, first)
        case "*": return node(.wildcard, first)
        case "**": return node(.descendant, first)
        case "%": return node(.parent, first)
        case "-":
            let result = node(.unary, first)
            result.left = try expression(70)
            return result
        case "(": return try block(first)
        case "[": return try arrayConstructor(first)
        case "{":
            let result = node(.unary, first)
            result.pairs = try objectPairs()
            return result
        case "|": return try transform(first)
        default: throw ExpressionError("S0211", at: first.start, end: first.end, token: first.text)
        }
    }

    private mutating func infix(_ op: Token, _ left: Syntax) throws(ExpressionError) -> Syntax {
        let result = node(.binary, op)
        result.left = left
        switch op.text {
        case "(": return try call(op, left)
        case "[":
            if isOperator("]") {
                // An empty predicate keeps a singleton an array.
                var step = left
                while step.kind == .binary, step.text == "[", let inner = step.left { step = inner }
                step.keepArray = true
                try advance()
                return left
            }
            result.right = try expression(0)
            try expect("]", infix: true)
        case "{": result.pairs = try objectPairs()
        case "^": result.terms = try sortTerms()
        case ":=":
            guard left.kind == .variable else { throw left.error("S0212", token: left.text) }
            result.right = try expression(9)
        case "@", "#":
            let variable = try expression(80)
            guard variable.kind == .variable else { throw variable.error("S0214", token: op.text) }
            result.right = variable
        case "?":
            result.kind = .condition
            result.head = left
            result.left = try expression(0)
            if isOperator(":") {
                try advance()
                result.right = try expression(0)
            }
        case "?:", "??":
            result.kind = .condition
            result.head = left
            result.left = nil
            result.right = try expression(40)
        default: result.right = try expression(Self.power(op))
        }
        return result
    }

    private mutating func block(_ first: Token) throws(ExpressionError) -> Syntax {
        let result = node(.block, first)
        while !isOperator(")") {
            result.items.append(try expression(0))
            guard isOperator(";") else { break }
            try advance()
        }
        try expect(")", infix: true)
        return result
    }

    private mutating func arrayConstructor(_ first: Token) throws(ExpressionError) -> Syntax {
        let result = node(.unary, first)
        if !isOperator("]") {
            while true {
                var item = try expression(0)
                if isOperator("..") {
                    let range = node(.binary, token)
                    try advance()
                    range.left = item
                    range.right = try expression(0)
                    item = range
                }
                result.items.append(item)
                guard isOperator(",") else { break }
                try advance()
            }
        }
        try expect("]", infix: true)
        return result
    }

    private mutating func objectPairs() throws(ExpressionError) -> [Syntax.Pair] {
        var pairs: [Syntax.Pair] = []
        if !isOperator("}") {
            while true {
                let key = try expression(0)
                try expect(":")
                pairs.append(Syntax.Pair(key: key, value: try expression(0)))
                guard isOperator(",") else { break }
                try advance()
            }
        }
        try expect("}", infix: true)
        return pairs
    }

    private mutating func sortTerms() throws(ExpressionError) -> [Syntax.Term] {
        try expect("(")
        var terms: [Syntax.Term] = []
        while true {
            var isDescending = false
            if isOperator("<") {
                try advance()
            } else if isOperator(">") {
                isDescending = true
                try advance()
            }
            terms.append(Syntax.Term(expression: try expression(0), isDescending: isDescending))
            guard isOperator(",") else { break }
            try advance()
        }
        try expect(")")
        return terms
    }

    private mutating func transform(_ first: Token) throws(ExpressionError) -> Syntax {
        let result = node(.transform, first)
        result.head = try expression(0)
        try expect("|")
        result.left = try expression(0)
        if isOperator(",") {
            try advance()
            result.right = try expression(0)
        }
        try expect("|")
        return result
    }

    // MARK: Calls and functions

    private mutating func call(_ op: Token, _ procedure: Syntax) throws(ExpressionError) -> Syntax {
        let result = node(.function, op)
        result.head = procedure
        if !isOperator(")") {
            while true {
                if isOperator("?") {
                    result.kind = .partial
                    result.items.append(node(.operator, token))
                    try advance()
                } else {
                    result.items.append(try expression(0))
                }
                guard isOperator(",") else { break }
                try advance()
            }
        }
        try expect(")", infix: true)
        if procedure.kind == .name, procedure.text == "function" || procedure.text == "λ" {
            for (index, argument) in result.items.enumerated() where argument.kind != .variable {
                throw argument.error("S0208", token: argument.text, value: "\(index + 1)")
            }
            result.kind = .lambda
            if isOperator("<") { result.signature = try signature() }
            try expect("{")
            result.left = try expression(0)
            try expect("}")
        }
        return result
    }

    private mutating func signature() throws(ExpressionError) -> Signature {
        let start = token
        var nesting = 1
        var text = "<"
        while nesting > 0, !isOperator("{"), token.kind != .end {
            try advance()
            if isOperator(">") { nesting -= 1 }
            if isOperator("<") { nesting += 1 }
            text += token.text
        }
        try expect(">")
        do {
            return try Signature(text)
        } catch {
            throw ExpressionError(
                error.code, at: start.start + error.offset, end: start.end + error.offset, value: error.value)
        }
    }
}
