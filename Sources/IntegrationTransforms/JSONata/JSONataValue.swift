public import IntegrationDocument

/// The result of an evaluation, with memory of its own.
public enum JSONataValue: Sendable, Equatable {
    /// No value: a path that found nothing.
    case undefined
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    /// An array or an object.
    case document(Document)
    /// A function, which no document can hold.
    case function
}

extension JSONataValue {
    /// The value as JSON; nil for undefined and functions.
    public var json: String? {
        switch self {
        case .undefined, .function: return nil
        case .document(let document): return document.json
        default:
            return Document { builder in
                switch self {
                case .bool(let bool): builder.append(.bool(bool))
                case .number(let number): builder.append(number: number)
                case .string(let string): builder.append(string: string)
                default: builder.append(.null)
                }
            }.json
        }
    }
}
