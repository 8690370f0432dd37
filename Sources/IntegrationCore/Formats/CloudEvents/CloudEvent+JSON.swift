public import IntegrationDocument

/// Events as JSON (JSON Event Format for CloudEvents 1.0, sections 2 and 3).
extension CloudEvent {
    /// Reads one event.
    ///
    /// - Throws: `cloudEventInvalid`, with the reason.
    public init(json body: some Sequence<UInt8>) throws(IntegrationError) {
        self = try Self.parse(body).withRoot { root throws(IntegrationError) in try Self.event(root) }
    }

    /// Reads an array of events (section 4).
    ///
    /// - Throws: `cloudEventInvalid`, with the reason and the place.
    public static func batch(json body: some Sequence<UInt8>) throws(IntegrationError) -> [CloudEvent] {
        try parse(body).withRoot { root throws(IntegrationError) in
            guard root.kind == .array else { throw invalid("the body of a batch is no JSON array") }
            var events: [CloudEvent] = []
            for (index, element) in root.elements.enumerated() {
                do throws(IntegrationError) {
                    events.append(try event(element))
                } catch {
                    var error = error
                    error.path = "$[\(index)]"
                    throw error
                }
            }
            return events
        }
    }

    private static func parse(_ body: some Sequence<UInt8>) throws(IntegrationError) -> Document {
        do {
            return try Document(body)
        } catch {
            throw invalid(
                "the body is no JSON: \(error.reason.rawValue), line \(error.line), column \(error.column)")
        }
    }

    private static func event(_ root: View) throws(IntegrationError) -> CloudEvent {
        guard root.kind == .object else { throw invalid("an event is no JSON object") }
        var attributes: [String: String] = [:]
        var contentType: String?
        var data: View?
        var encoded: View?
        for member in root.members where !member.value.isNull {
            switch member.name {
            case "data": data = member.value
            case "data_base64": encoded = member.value
            case "datacontenttype": contentType = try text(member.value, "datacontenttype")
            default: attributes[member.name] = try text(member.value, member.name)
            }
        }
        guard data == nil || encoded == nil else { throw invalid("both `data` and `data_base64` are there") }
        return try CloudEvent(
            attributes, contentType: contentType, data: try bytes(data, encoded, contentType))
    }

    private static func text(_ value: View, _ name: String) throws(IntegrationError) -> String {
        if let text = value.string { return text }
        if let flag = value.bool { return flag ? "true" : "false" }
        if value.integer != nil { return String(decoding: value.rawBytes, as: UTF8.self) }
        throw invalid("the attribute `\(name)` is neither a text nor a boolean nor an integer")
    }

    private static func bytes(
        _ data: View?, _ encoded: View?, _ contentType: String?
    ) throws(IntegrationError) -> [UInt8]? {
        if let encoded {
            guard let text = encoded.string, let data = Base64.decode(text.utf8) else {
                throw invalid("`data_base64` is not in base 64")
            }
            return data
        }
        guard let data else { return nil }
        if !CloudEvent.isJSON(contentType), data.string != nil { return data.decodedBytes }
        var out = OutputBuffer()
        out.append(data)
        return out.withBytes { Array($0) }
    }

    /// Appends the event as a JSON object.
    ///
    /// Data that is JSON is written as it stands, text as a string, anything else in base 64.
    public func write(to out: inout OutputBuffer) {
        out.append("{")
        var isFirst = true
        func member(_ name: String, _ value: String, to out: inout OutputBuffer) {
            out.append(isFirst ? "\"" : ",\"")
            isFirst = false
            out.append(name + "\":")
            out.append(string: value)
        }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { member(name, value, to: &out) }
        if let type = contentType { member("datacontenttype", type, to: &out) }
        if let data {
            if isJSON, (try? Document(data)) != nil {
                out.append(",\"data\":")
                data.withUnsafeBufferPointer { out.append($0) }
            } else if let text = String(validating: data, as: UTF8.self), Self.isText(contentType) {
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
}
