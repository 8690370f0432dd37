internal import FuzzerSupport

/// libFuzzer's entry: one input is one text. A check that fails ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Languages.chosen.check(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

enum Languages {
    static let chosen = FuzzerChoice.chosen(of: [
        DocumentFuzzer.self, PathFuzzer.self, ExpressionFuzzer.self, ConditionFuzzer.self, TemplateFuzzer.self,
        SchemaFuzzer.self, PatternFuzzer.self, RecordFuzzer.self, ScheduleFuzzer.self, PatchFuzzer.self,
    ])
}
