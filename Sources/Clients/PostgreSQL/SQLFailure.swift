internal import CLibPQ

/// What the server has against a statement (PostgreSQL, Error and Notice Message Fields).
public struct SQLFailure: Error, Sendable, Hashable {
    /// Five characters (PostgreSQL, appendix A); empty where there is none.
    public var state: String
    public var message: String
    public var detail: String?
    public var hint: String?
    /// The functions and triggers in which it happened, and where in bulk data; nil for what the statement itself met.
    public var context: String?
    /// Whether it names a place in the statement's text, as only reading a statement does.
    public var hasPosition = false
    /// The function of the server that says so.
    public var routine: String?
    /// Schema, table, column and constraint that it is about, where it says so.
    public var table: String?
    public var column: String?
    public var constraint: String?

    public init(state: String, message: String) {
        self.state = state
        self.message = message
    }

    /// - Parameter result: one of an error.
    init(_ result: OpaquePointer) {
        // The codes of the fields are characters (postgres_ext.h), and macros of that form are not imported.
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        state = field("C") ?? ""
        message =
            field("M") ?? PQresultErrorMessage(result).map { String(cString: $0).trimmedOfBlanks } ?? "no reason given"
        detail = field("D")
        hint = field("H")
        context = field("W")
        hasPosition = field("P") != nil
        routine = field("R")
        table = field("t").map { name in field("s").map { "\($0).\(name)" } ?? name }
        column = field("c")
        constraint = field("n")
    }

    /// The first two characters of the state.
    var stateClass: Substring { state.prefix(2) }
}

extension String {
    var trimmedOfBlanks: String {
        let blanks: Set<Character> = [" ", "\n", "\r", "\r\n", "\t"]
        return String(drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
    }
}
