internal import HTTPTransport
internal import IntegrationCore
internal import NIOHTTP1

/// Writes events into HTTP messages (HTTP Protocol Binding for CloudEvents 1.0, section 3).
enum CloudEventWriter {
    /// Binary mode: the attributes as headers; the body is the data as it is.
    static func write(_ event: CloudEvent, to headers: inout HTTPHeaders) {
        for (name, value) in event.attributes.sorted(by: { $0.key < $1.key }) {
            headers.replaceOrAdd(name: "ce-" + name, value: encoded(value))
        }
        if event.data != nil {
            headers.replaceOrAdd(name: "content-type", value: event.contentType ?? "application/json")
        }
    }

    /// A header's value: blanks, quotes, percent signs and everything beyond ASCII percent-encoded (section 3.1.3.2).
    private static func encoded(_ value: String) -> String {
        PercentEncoding.encode(value) {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "%")
        }
    }
}
