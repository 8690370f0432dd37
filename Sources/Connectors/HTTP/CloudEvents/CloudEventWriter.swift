internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// Writes events into HTTP messages (HTTP Protocol Binding for CloudEvents 1.0, section 3).
enum CloudEventWriter {
    static let structuredType = "application/cloudevents+json; charset=utf-8"
    static let batchedType = "application/cloudevents-batch+json; charset=utf-8"

    /// Binary mode: the attributes as headers; the body is the data as it is.
    static func write(_ event: CloudEvent, to headers: inout HTTPHeaders) {
        for (name, value) in event.attributes.sorted(by: { $0.key < $1.key }) {
            headers.replaceOrAdd(name: "ce-" + name, value: encoded(value))
        }
        if event.data != nil {
            headers.replaceOrAdd(name: "content-type", value: event.contentType ?? "application/json")
        }
    }

    /// Structured mode, and an element of a batch: the event as a JSON object.
    ///
    /// Data that is JSON is written as it stands, text as a string, anything else in base 64.
    static func write(_ event: CloudEvent, to out: inout OutputBuffer) {
        out.append("{")
        var isFirst = true
        func member(_ name: String, _ value: String, to out: inout OutputBuffer) {
            out.append(isFirst ? "\"" : ",\"")
            isFirst = false
            out.append(name + "\":")
            out.append(string: value)
        }
        for (name, value) in event.attributes.sorted(by: { $0.key < $1.key }) { member(name, value, to: &out) }
        if let type = event.contentType { member("datacontenttype", type, to: &out) }
        if let data = event.data {
            if event.isJSON, (try? Document(data)) != nil {
                out.append(",\"data\":")
                data.withUnsafeBufferPointer { out.append($0) }
            } else if let text = String(validating: data, as: UTF8.self), isText(event.contentType) {
                member("data", text, to: &out)
            } else {
                member("data_base64", Base64.encode(data), to: &out)
            }
        }
        out.append("}")
    }

    private static func isText(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let type = MediaType(contentType).text
        return type.hasPrefix("text/") || type.hasSuffix("xml")
    }

    /// A header's value: blanks, quotes, percent signs and everything beyond ASCII percent-encoded (section 3.1.3.2).
    private static func encoded(_ value: String) -> String {
        PercentEncoding.encode(value) {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "%")
        }
    }
}
