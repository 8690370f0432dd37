/// Something did not do what its contract promises.
public struct ContractViolation: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// - Throws: `ContractViolation` where the condition does not hold.
func require(_ condition: Bool, _ promise: @autoclosure () -> String) throws(ContractViolation) {
    if !condition { throw ContractViolation(promise()) }
}

/// - Throws: `ContractViolation` where the two differ, showing both.
func require<Value: Equatable>(
    _ found: Value, is expected: Value, _ promise: @autoclosure () -> String
) throws(ContractViolation) {
    if found != expected { throw ContractViolation("\(promise()): found \(found), expected \(expected)") }
}
