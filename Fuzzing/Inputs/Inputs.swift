internal import FuzzerSupport

/// libFuzzer's entry: one input is one text. A check that fails ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Inputs.chosen.check(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

enum Inputs {
    static let chosen = FuzzerChoice.chosen(of: [
        YAMLFuzzer.self, ConfigurationFuzzer.self, TextFuzzer.self, WireFuzzer.self, SQLFuzzer.self,
        AddressFuzzer.self, RouteFuzzer.self, WebhookFuzzer.self, RetryFuzzer.self, VersionFuzzer.self,
    ])
}
