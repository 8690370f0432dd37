internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

/// What an interactive evaluation remembers: the input, and the variables that were bound on the way.
struct ExpressionSession {
    /// What a line gives.
    enum Answer: Equatable {
        /// To be printed as data.
        case value(String)
        /// To be printed as words.
        case words(String)
        case failed(String)
        case end
        /// The line is not a whole expression yet.
        case unfinished
    }

    static let help = """
        An expression is evaluated over the input; `$x := …` binds a variable for the lines that follow.
        A line that ends too early goes on in the next one; an empty line gives it up.
          :input FILE   reads another input
          :input        shows the input
          :variables    shows what is bound
          :help         shows this
          :quit         ends, as Ctrl-D does
        """

    private(set) var input: Document?
    private var variables: [(name: String, value: Document)] = []
    /// Lines of an expression that is not whole yet.
    private var pending = ""

    init(input: Document?) { self.input = input }

    /// Whether the next line goes on with an expression.
    var goesOn: Bool { !pending.isEmpty }

    /// Takes one line.
    mutating func take(_ line: String) -> Answer {
        let bare = line.drop { $0 == " " || $0 == "\t" }
        if bare.isEmpty {
            pending = ""
            return .words("")
        }
        if pending.isEmpty, bare.hasPrefix(":"), !bare.hasPrefix(":=") { return command(bare) }
        let text = pending.isEmpty ? line : pending + "\n" + line
        pending = ""
        do throws(ExpressionError) {
            let expression = try Expression.compile(text)
            return try evaluate(expression)
        } catch {
            guard !error.isUnfinished else {
                pending = text
                return .unfinished
            }
            return .failed(IntegrationError(error).description)
        }
    }

    private mutating func command(_ line: Substring) -> Answer {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch (words[0], words.count) {
        case (":quit", 1), (":q", 1), (":exit", 1): return .end
        case (":help", 1), (":h", 1): return .words(Self.help)
        case (":variables", 1):
            return .words(
                variables.map { "$\($0.name) := \($0.value.withRoot { PrettyJSON.text($0) })" }.joined(separator: "\n"))
        case (":input", 1):
            return input.map { .value($0.withRoot { PrettyJSON.text($0) }) }
                ?? .words("no input; :input FILE reads one")
        case (":input", _):
            do throws(IntegrationError) {
                input = try InputOptions.document(file: words[1])
                return .words("input: \(words[1])")
            } catch {
                return .failed(error.description)
            }
        default: return .failed("there is no command `\(words[0])`; :help shows them")
        }
    }

    private mutating func evaluate(_ expression: Expression) throws(ExpressionError) -> Answer {
        let result = try value(of: expression)
        if let name = expression.boundVariable {
            guard let result else {
                return .failed("$\(name) keeps values; a function or nothing can't be kept from line to line")
            }
            variables.removeAll { $0.name == name }
            variables.append((name, result))
        }
        return result.map { .value($0.withRoot { PrettyJSON.text($0) }) } ?? .words("no value")
    }

    private func value(of expression: Expression) throws(ExpressionError) -> Document? {
        var failure: ExpressionError?
        var isPresent = false
        let result = Document { builder in
            do throws(ExpressionError) {
                isPresent = try bound(variables[...], ExpressionBindings()) { bindings throws(ExpressionError) in
                    guard let input else { return try expression.evaluate(nil, bindings: bindings, into: &builder) }
                    return try input.withRoot { (root) throws(ExpressionError) in
                        try expression.evaluate(root, bindings: bindings, into: &builder)
                    }
                }
            } catch {
                failure = error
            }
            if !isPresent { builder.append(.null) }
        }
        if let failure { throw failure }
        return isPresent ? result : nil
    }

    /// Calls `body` with every variable bound, each as a view of its document.
    private func bound(
        _ rest: ArraySlice<(name: String, value: Document)>, _ bindings: ExpressionBindings,
        _ body: (ExpressionBindings) throws(ExpressionError) -> Bool
    ) throws(ExpressionError) -> Bool {
        guard let first = rest.first else { return try body(bindings) }
        return try first.value.withRoot { (root) throws(ExpressionError) in
            var more = bindings
            more.bind(first.name, root)
            return try bound(rest.dropFirst(), more, body)
        }
    }
}
