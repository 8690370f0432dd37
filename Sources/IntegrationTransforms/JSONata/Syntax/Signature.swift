/// The signature of a function, `<s-n?:s>`: what its arguments must be, checked and completed before each call.
///
/// - Source: JSONata documentation, "Function signature syntax".
final class Signature: Sendable {
    struct Problem: Error {
        var code: String
        /// Offset of the fault in the signature.
        var offset: Int
        var value: String?
    }

    enum Quantifier: Sendable { case one, optional, many }

    struct Parameter: Sendable {
        /// The symbols of types that are accepted, as a bit set of `Signature.bit`.
        var accepts: UInt16
        /// The declared type: the symbol, or `(` for a choice.
        var type: UInt8
        var quantifier = Quantifier.one
        /// Whether the context takes the place of a missing argument.
        var usesContext = false
        /// The type of an array's elements.
        var subtype: [UInt8]?
    }

    let parameters: [Parameter]

    /// The bit of a type's symbol.
    static func bit(_ symbol: UInt8) -> UInt16 {
        switch symbol {
        case UInt8(ascii: "a"): 1
        case UInt8(ascii: "s"): 1 << 1
        case UInt8(ascii: "n"): 1 << 2
        case UInt8(ascii: "b"): 1 << 3
        case UInt8(ascii: "l"): 1 << 4
        case UInt8(ascii: "f"): 1 << 5
        case UInt8(ascii: "o"): 1 << 6
        case UInt8(ascii: "m"): 1 << 7
        default: 0
        }
    }

    private static let everything: UInt16 = 0xFF

    /// - Throws: S0401 for a type parameter behind a type that takes none, S0402 for one inside a choice.
    init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        var parameters: [Parameter] = []
        var at = 1
        func closing(_ start: Int, _ open: UInt8, _ close: UInt8) -> Int {
            var depth = 1
            var position = start
            while position < bytes.count {
                position += 1
                guard position < bytes.count else { break }
                if bytes[position] == close {
                    depth -= 1
                    if depth == 0 { break }
                } else if bytes[position] == open {
                    depth += 1
                }
            }
            return min(position, bytes.count)
        }
        parse: while at < bytes.count {
            let symbol = bytes[at]
            switch symbol {
            case UInt8(ascii: ":"): break parse
            case UInt8(ascii: "s"), UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "l"), UInt8(ascii: "o"):
                parameters.append(Parameter(accepts: Self.bit(symbol) | Self.bit(UInt8(ascii: "m")), type: symbol))
            case UInt8(ascii: "a"), UInt8(ascii: "x"):
                parameters.append(Parameter(accepts: Self.everything, type: symbol))
            case UInt8(ascii: "f"):
                parameters.append(Parameter(accepts: Self.bit(symbol), type: symbol))
            case UInt8(ascii: "j"):
                parameters.append(
                    Parameter(accepts: Self.everything & ~Self.bit(UInt8(ascii: "f")), type: symbol))
            case UInt8(ascii: "-"):
                if !parameters.isEmpty {
                    parameters[parameters.count - 1].usesContext = true
                    parameters[parameters.count - 1].quantifier = .optional
                }
            case UInt8(ascii: "?"):
                if !parameters.isEmpty { parameters[parameters.count - 1].quantifier = .optional }
            case UInt8(ascii: "+"):
                if !parameters.isEmpty { parameters[parameters.count - 1].quantifier = .many }
            case UInt8(ascii: "("):
                let end = closing(at, UInt8(ascii: "("), UInt8(ascii: ")"))
                let choice = bytes[(at + 1)..<max(at + 1, end)]
                guard !choice.contains(UInt8(ascii: "<")) else {
                    throw Problem(code: "S0402", offset: at, value: String(decoding: choice, as: UTF8.self))
                }
                let accepts = choice.reduce(Self.bit(UInt8(ascii: "m"))) { $0 | Self.bit($1) }
                parameters.append(Parameter(accepts: accepts, type: symbol))
                at = end
            case UInt8(ascii: "<"):
                let type = parameters.last?.type ?? 0
                guard type == UInt8(ascii: "a") || type == UInt8(ascii: "f") else {
                    throw Problem(
                        code: "S0401", offset: at, value: parameters.isEmpty ? nil : String(UnicodeScalar(type)))
                }
                let end = closing(at, UInt8(ascii: "<"), UInt8(ascii: ">"))
                parameters[parameters.count - 1].subtype = Array(bytes[(at + 1)..<max(at + 1, end)])
                at = end
            default: break
            }
            at += 1
        }
        self.parameters = parameters
    }

    /// How many of `supplied` each parameter takes, the way a greedy regular expression would share them out; nil where
    /// they don't fit.
    func share(_ supplied: [UInt8]) -> [Int]? {
        var counts = Array(repeating: 0, count: parameters.count)
        return fit(0, 0, supplied, &counts) ? counts : nil
    }

    private func fit(_ parameter: Int, _ from: Int, _ supplied: [UInt8], _ counts: inout [Int]) -> Bool {
        guard parameter < parameters.count else { return from == supplied.count }
        let accepts = parameters[parameter].accepts
        var most = 0
        let limit = parameters[parameter].quantifier == .many ? supplied.count - from : 1
        while most < limit, from + most < supplied.count, Self.bit(supplied[from + most]) & accepts != 0 { most += 1 }
        let least = parameters[parameter].quantifier == .optional ? 0 : 1
        var count = most
        while count >= least {
            counts[parameter] = count
            if fit(parameter + 1, from + count, supplied, &counts) { return true }
            count -= 1
        }
        return false
    }

    /// Index of the first argument that fits no parameter.
    func firstMismatch(_ supplied: [UInt8]) -> Int {
        var good = 0
        for length in 1..<(parameters.count + 1) {
            guard let matched = prefixLength(length, supplied) else { return good }
            good = matched
        }
        return good
    }

    /// How many arguments the first `length` parameters take, or nil.
    private func prefixLength(_ length: Int, _ supplied: [UInt8]) -> Int? {
        func run(_ parameter: Int, _ from: Int) -> Int? {
            guard parameter < length else { return from }
            let accepts = parameters[parameter].accepts
            var most = 0
            let limit = parameters[parameter].quantifier == .many ? supplied.count - from : 1
            while most < limit, from + most < supplied.count, Self.bit(supplied[from + most]) & accepts != 0 {
                most += 1
            }
            let least = parameters[parameter].quantifier == .optional ? 0 : 1
            var count = most
            while count >= least {
                if let end = run(parameter + 1, from + count) { return end }
                count -= 1
            }
            return nil
        }
        return run(0, 0)
    }

    /// Fewest and most arguments; nil for no upper limit.
    var arity: (least: Int, most: Int?) {
        let least = parameters.filter { $0.quantifier != .optional }.count
        return (least, parameters.contains { $0.quantifier == .many } ? nil : parameters.count)
    }
}
