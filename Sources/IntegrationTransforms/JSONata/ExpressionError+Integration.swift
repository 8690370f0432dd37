public import IntegrationCore

extension ExpressionError {
    /// The engine's code for the kind of failure.
    public var errorCode: ErrorCode {
        switch code.utf8.first {
        case UInt8(ascii: "S"): .expressionInvalid
        case UInt8(ascii: "T"): .expressionType
        case UInt8(ascii: "U") where code == "U1003" || code == "U1006": .expressionInvalid
        case UInt8(ascii: "U") where code == "U1005": .templateWithoutValue
        case UInt8(ascii: "U") where code == "U1007": .httpRequestInvalid
        case UInt8(ascii: "U"): .expressionBudget
        default: .expressionFailed
        }
    }
}

extension IntegrationError {
    /// The failure of an expression, with the line and a caret under the place.
    public init(_ error: ExpressionError, component: String? = nil) {
        let place = error.expression.isEmpty ? "" : "\n" + error.caret()
        self.init(
            error.errorCode, "\(error.message) (\(error.code))\(place)",
            path: error.expression.isEmpty ? nil : "line \(error.line), column \(error.column)", component: component,
            nativeCode: error.code)
    }
}
