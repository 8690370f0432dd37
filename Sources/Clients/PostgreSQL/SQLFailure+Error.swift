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
        return IntegrationError(
            code(isPreparing: isPreparing), message + (subject.isEmpty ? "" : " (\(subject))"), nativeCode: state,
            causes: [detail, hint, context].compactMap(\.self), remedy: isPreparing ? Self.remedies[state] : nil)
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
        case "53300", "57P01", "57P02", "57P03", "25006", "57P05": .sqlUnavailable
        case "42501" where isPreparing: .sqlStatementInvalid
        default:
            switch stateClass {
            case "08": .connectionCut
            case "28": .accessRefused
            case "53", "57", "58", "XX": .sqlServerFailed
            case _ where isPreparing: .sqlStatementInvalid
            default: .sqlRefused
            }
        }
    }

    /// Whether a connection on which this happened is of no use any more.
    var endsConnection: Bool {
        ["57P01", "57P02", "57P03", "57P05", "25006"].contains(state) || stateClass == "08"
    }
}
