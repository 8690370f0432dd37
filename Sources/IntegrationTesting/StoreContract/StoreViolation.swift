/// A store did not do what it promises.
public struct StoreViolation: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// - Throws: `StoreViolation` where the condition does not hold.
func require(_ condition: Bool, _ promise: @autoclosure () -> String) throws(StoreViolation) {
    if !condition { throw StoreViolation(promise()) }
}

/// - Throws: `StoreViolation` where the two differ, showing both.
func require<Value: Equatable>(
    _ found: Value, is expected: Value, _ promise: @autoclosure () -> String
) throws(StoreViolation) {
    if found != expected { throw StoreViolation("\(promise()): found \(found), expected \(expected)") }
}
