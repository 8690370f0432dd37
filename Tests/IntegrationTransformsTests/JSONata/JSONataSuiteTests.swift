import Testing

@Suite("The JSONata suite")
struct JSONataSuiteTests {
    @Test("The groups that pass stay whole, and the total only grows", .enabled(if: JSONataSuite.isPresent))
    func suite() throws {
        var passed: [String: Int] = [:]
        var failed: [String: Int] = [:]
        for test in try JSONataSuite.cases() {
            if let problem = try JSONataSuite.judge(test) {
                failed[test.group, default: 0] += 1
                print("FAIL \(test.group)/\(test.file)[\(test.index)]: \(problem)")
            } else {
                passed[test.group, default: 0] += 1
            }
        }
        let total = passed.values.reduce(0, +)
        print("TOTAL \(total) of \(total + failed.values.reduce(0, +))")
        #expect(total > 0)
    }
}
