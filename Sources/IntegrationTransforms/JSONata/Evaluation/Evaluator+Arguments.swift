internal import IntegrationDocument

extension Evaluator {
    /// Checks arguments against a signature, wraps single values where an array is declared, and puts the context in
    /// place of a missing argument that allows it.
    ///
    /// - Throws: T0410 where an argument does not fit, T0411 where the context does not, T0412 for an array of
    ///   something else.
    func check(_ arguments: [Value], _ signature: Signature, context: Value) throws(ExpressionError) -> [Value] {
        if Self.fitOneByOne(arguments, signature) { return arguments }
        let supplied = arguments.map(\.symbol)
        guard let shares = signature.share(supplied) else {
            let index = signature.firstMismatch(supplied)
            throw ExpressionError(
                "T0410", value: index < arguments.count ? arguments[index].summary : nil, index: index + 1)
        }
        var checked: [Value] = []
        checked.reserveCapacity(signature.parameters.count)
        // An optional parameter that takes nothing still passes its place on, as in jsonata-js: the arguments shift.
        var at = 0
        var taken = 0
        func argument() -> Value { at < arguments.count ? arguments[at] : .undefined }
        for (parameter, share) in zip(signature.parameters, shares) {
            if share == 0 {
                if parameter.usesContext {
                    guard Signature.bit(context.symbol) & parameter.accepts != 0 else {
                        throw ExpressionError("T0411", value: context.summary, index: at + 1)
                    }
                    checked.append(context)
                } else {
                    checked.append(argument())
                    at += 1
                }
                continue
            }
            let symbols = supplied[taken..<(taken + share)]
            taken += share
            for symbol in symbols {
                if parameter.type == UInt8(ascii: "a") {
                    checked.append(try asArray(argument(), symbol, parameter, symbols, at))
                } else {
                    checked.append(argument())
                }
                at += 1
            }
        }
        return checked
    }

    /// Whether each argument is what its parameter declares, so that nothing is to be completed or wrapped.
    private static func fitOneByOne(_ arguments: [Value], _ signature: Signature) -> Bool {
        guard arguments.count == signature.parameters.count else { return false }
        for (index, parameter) in signature.parameters.enumerated() {
            let symbol = arguments[index].symbol
            guard parameter.quantifier != .many, Signature.bit(symbol) & parameter.accepts != 0 else { return false }
            guard parameter.type == UInt8(ascii: "a") else { continue }
            guard symbol == UInt8(ascii: "a"), parameter.subtype == nil else { return false }
        }
        return true
    }

    private func asArray(
        _ argument: Value, _ symbol: UInt8, _ parameter: Signature.Parameter, _ taken: ArraySlice<UInt8>, _ at: Int
    ) throws(ExpressionError) -> Value {
        guard symbol != UInt8(ascii: "m") else { return .undefined }
        if let subtype = parameter.subtype {
            var fits = true
            if let items = argument.elements {
                if let first = items.first {
                    fits = first.symbol == subtype.first && items.allSatisfy { $0.symbol == first.symbol }
                }
            } else {
                fits = Array(taken) == subtype
            }
            guard fits else {
                throw ExpressionError("T0412", value: Self.plural(subtype), index: at + 1)
            }
        }
        return symbol == UInt8(ascii: "a") ? argument : .array(ArrayBox([argument]))
    }

    private static func plural(_ subtype: [UInt8]) -> String {
        switch subtype.first {
        case UInt8(ascii: "a"): "arrays"
        case UInt8(ascii: "b"): "booleans"
        case UInt8(ascii: "f"): "functions"
        case UInt8(ascii: "n"): "numbers"
        case UInt8(ascii: "o"): "objects"
        default: "strings"
        }
    }
}
