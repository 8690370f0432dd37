internal import FuzzerSupport
internal import IntegrationCore

/// The small texts: units, addresses, headers, Base64. What is read is written and read back as the same.
enum TextFuzzer: Fuzzer {
    static let name = "texts"
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    static func check(_ input: [UInt8]) {
        withinTime {
            checkBase64(input)
            guard let text = String(validating: input, as: UTF8.self) else { return }
            checkUnits(text)
            checkAddresses(text)
            checkHeaders(text)
        }
    }

    private static func checkUnits(_ text: String) {
        if let duration = Duration(configuration: text) {
            require(duration >= .zero, "a duration is negative")
            let written = duration.configurationText
            require(Duration(configuration: written) == duration, "\(text) is written as \(written)")
        }
        if let size = ByteCount(parsing: text) {
            require(size.bytes >= 0, "a size is negative")
            require(ByteCount(parsing: "\(size)") == size, "\(text) is written as \(size)")
        }
    }

    private static func checkAddresses(_ text: String) {
        let shown = URLValue.redacted(text)
        require(URLValue.redacted(shown) == shown, "\(shown) still has something to hide")
        if let url = URLValue(text) {
            require(url.reveal() == text && url.description == shown, "it is shown as \(url)")
            require(text.dropFirst(url.scheme.count).hasPrefix("://"), "its scheme is \(url.scheme)")
        }
    }

    private static func checkHeaders(_ text: String) {
        if let context = TraceContext(parent: text, state: [text]) {
            let written = context.child(7).parent
            guard let again = TraceContext(parent: written) else {
                return require(false, "it is written as \(written)")
            }
            require(again.traceID == context.traceID && again.parentID == 7, "another trace: \(written)")
        }
        if let state = TraceContext(parent: parent, state: [text])?.state {
            require(TraceContext(parent: parent, state: [state])?.state == state, "another state: \(state)")
        }
        let type = MediaType(text)
        require(MediaType(type.text).text == type.text, "another type: \(type.text)")
        _ = type.fits("application/*+json")
    }

    private static func checkBase64(_ input: [UInt8]) {
        let coded = Base64.encode(input)
        require(Base64.decode(coded.utf8) == input, "it is coded as \(coded)")
        if let bytes = Base64.decode(input) {
            require(Base64.decodeLeniently(input) == bytes, "leniently it is read as something else")
        }
        _ = Base64.decodeLeniently(input)
    }
}
