internal import IntegrationCore
internal import NIOHTTP1

/// Reads events out of HTTP messages (HTTP Protocol Binding for CloudEvents 1.0, section 3).
enum CloudEventReader {
    enum Mode: Sendable, Equatable {
        /// Attributes in headers, the body is the data.
        case binary
        /// The body is one event as JSON.
        case structured
        /// The body is an array of events as JSON.
        case batched
    }

    /// How a message carries events; nil where it carries none.
    static func mode(of headers: HTTPHeaders) -> Mode? {
        let type = headers.first(name: "content-type").map { MediaType($0).text } ?? ""
        if type.hasPrefix("application/cloudevents-batch") { return .batched }
        if type.hasPrefix("application/cloudevents") { return .structured }
        return headers.contains(name: "ce-specversion") ? .binary : nil
    }

    /// The events of a message, in order.
    ///
    /// - Throws: `cloudEventInvalid`, with the reason.
    static func read(
        _ headers: HTTPHeaders, _ body: some Sequence<UInt8>
    ) throws(IntegrationError) -> [CloudEvent] {
        switch mode(of: headers) {
        case .binary: return [try binary(headers, Array(body))]
        case .structured:
            try requireJSON(headers, "+json")
            return [try CloudEvent(json: body)]
        case .batched:
            try requireJSON(headers, "+json")
            return try CloudEvent.batch(json: body)
        case nil: throw CloudEvent.invalid("there is no `ce-specversion` header, and the type is no CloudEvents type")
        }
    }

    private static func requireJSON(_ headers: HTTPHeaders, _ suffix: String) throws(IntegrationError) {
        let type = MediaType(headers.first(name: "content-type") ?? "").text
        guard type.hasSuffix(suffix) else {
            throw CloudEvent.invalid("events in the form `\(type)` are not understood; send them as JSON")
        }
    }

    // MARK: Binary

    private static func binary(_ headers: HTTPHeaders, _ body: [UInt8]) throws(IntegrationError) -> CloudEvent {
        var attributes: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            guard name.hasPrefix("ce-") else { continue }
            let attribute = String(name.dropFirst(3))
            guard attributes.updateValue(try decoded(value, attribute), forKey: attribute) == nil else {
                throw CloudEvent.invalid("the header `\(name)` stands twice")
            }
        }
        return try CloudEvent(
            attributes, contentType: headers.first(name: "content-type"), data: body.isEmpty ? nil : body)
    }

    /// A header's value: quotes and percent-encoding taken away (section 3.1.3.2).
    private static func decoded(_ value: String, _ attribute: String) throws(IntegrationError) -> String {
        var bytes = Array(value.utf8)
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            var plain: [UInt8] = []
            var isEscaped = false
            for byte in bytes[1..<(bytes.count - 1)] {
                if byte == UInt8(ascii: "\\"), !isEscaped {
                    isEscaped = true
                } else {
                    plain.append(byte)
                    isEscaped = false
                }
            }
            bytes = plain
        }
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = digit(bytes[at + 1]),
                let low = digit(bytes[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        guard let text = String(validating: out, as: UTF8.self) else {
            throw CloudEvent.invalid("the header `ce-\(attribute)` is no UTF-8 when its percent-encoding is taken away")
        }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
