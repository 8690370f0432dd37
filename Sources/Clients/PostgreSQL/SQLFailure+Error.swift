public import IntegrationCore

extension SQLFailure {
    /// What the server said, as the engine's error.
    ///
    /// - Parameter isPreparing: whether the statement itself was being read, so that no message can be to blame.
    public func error(isPreparing: Bool = false) -> IntegrationError {
        let subject = [
            table.map { "table \($0)" }, column.map { "column \($0)" }, constraint.map { "constraint \($0)" },
        ]
        .compactMap(\.self).joined(separator: ", ")
        let code = code(isPreparing: isPreparing)
        return IntegrationError(
            code, message + (subject.isEmpty ? "" : " (\(subject))"), nativeCode: state,
            causes: [detail, hint, context].compactMap(\.self),
            remedy: code == .sqlStatementInvalid ? Self.remedies[state] : nil)
    }

    /// What to do about what a statement needs and the database has not (PostgreSQL, appendix A).
    private static let remedies = [
        "42P01": "Create the table, or correct its name; name its schema where `search_path` does not lead there.",
        "3F000": "Create the schema, or correct its name.",
        "42703": "Correct the column's name, or add the column to the table.",
        "42P10": "Create a unique index over exactly these columns, or name in `key` those of one that is there.",
        "42501": "Grant the user this right (`grant … on … to …`), or connect as one who has it.",
    ]

    private func code(isPreparing: Bool) -> ErrorCode {
        switch state {
        case "40001", "40P01", "55P03", "40003": .sqlConflict
        case "57014": .answerTimedOut
        case "3D000": .sqlDatabaseUnknown
        // What was prepared is no longer as it was; it is prepared anew.
        case "26000": .sqlConflict
        case "0A000" where message.contains("cached plan"): .sqlConflict
        // We stood still in a transaction for too long: nothing of it was stored.
        case "25P03", "25P04": .sqlConflict
        case "53300", "57P01", "57P02", "57P03", "25006", "57P05": .sqlUnavailable
        default:
            switch stateClass {
            case "08": .connectionCut
            case "28": .accessRefused
            case "53", "57", "58", "XX", "F0", "HV": .sqlServerFailed
            case _ where isPreparing || isOfStatement: .sqlStatementInvalid
            default: .sqlRefused
            }
        }
    }

    /// States of class 42 and 3F that a value can bring about as well, where it names something or is a language of its
    /// own: a `regclass`, a `tsquery`, a `jsonpath` (PostgreSQL, appendix A).
    private static let statesOfValues: Set<String> = [
        "42601", "42602", "42622", "42704", "42725", "42883", "42P01", "3F000",
    ]

    /// Whether what was run and the database don't fit, so that every row would fail: a table, a column or a right that
    /// is gone. What a function or a trigger meets is its row's fault.
    private var isOfStatement: Bool {
        guard context == nil else { return false }
        switch stateClass {
        case "25", "55": return true
        case "42", "3F":
            // A policy lets some rows in and others not; the server gives that the state of a missing right.
            guard routine != "ExecWithCheckOptions" else { return false }
            return hasPosition || !Self.statesOfValues.contains(state)
        default: return false
        }
    }

    /// Whether a connection on which this happened is of no use any more.
    var endsConnection: Bool {
        ["57P01", "57P02", "57P03", "57P05", "25006", "25P03", "25P04"].contains(state) || stateClass == "08"
    }
}
