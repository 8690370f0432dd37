import Testing

@Suite("The JSONata suite")
struct JSONataSuiteTests {
    @Test("Every case passes", .enabled(if: JSONataSuite.isPresent))
    func suite() throws {
        var problems: [String] = []
        let cases = try JSONataSuite.cases()
        for test in cases {
            if let problem = try JSONataSuite.judge(test) {
                problems.append("\(test.group)/\(test.file)[\(test.index)]: \(problem)")
            }
        }
        print("JSONata suite: \(cases.count - problems.count) of \(cases.count) cases pass")
        #expect(problems.isEmpty)
        #expect(cases.count > 1000)
    }
}
