public import IntegrationDocument

/// An event as CloudEvents 1.0 describes it: attributes, and data of some type.
public struct CloudEvent: Sendable, Equatable {
    /// All but `datacontenttype`: `id`, `source`, `specversion` and `type`, which are never empty, the optional ones and
    /// extensions, each as its text (CloudEvents 1.0, "Type System").
    public private(set) var attributes: [String: String]
    /// `datacontenttype`; nil means JSON.
    public var contentType: String?
    public var data: [UInt8]?

    /// The type of one event as JSON, and of many.
    public static let structuredType = "application/cloudevents+json; charset=utf-8"
    public static let batchedType = "application/cloudevents-batch+json; charset=utf-8"

    /// - Throws: `cloudEventInvalid` where a required attribute is missing, or a name is none.
    public init(
        _ attributes: [String: String], contentType: String? = nil, data: [UInt8]? = nil
    ) throws(IntegrationError) {
        for name in ["id", "source", "specversion", "type"] where attributes[name]?.isEmpty ?? true {
            throw Self.invalid("the attribute `\(name)` is missing")
        }
        guard attributes["specversion"] == "1.0" else {
            throw Self.invalid("`specversion` is `\(attributes["specversion"] ?? "")`; only 1.0 is understood")
        }
        for name in attributes.keys where !Self.isName(name) {
            throw Self.invalid("`\(name)` is no name of an attribute: those are lower-case letters and digits")
        }
        self.attributes = attributes
        self.contentType = contentType
        self.data = data
    }

    /// Lower-case letters and digits, and not a name that the formats use themselves.
    public static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "data" && name != "datacontenttype"
            && name.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            }
    }

    /// Whether the data is JSON.
    public var isJSON: Bool { Self.isJSON(contentType) }

    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let type = MediaType(contentType).text
        return type == "application/json" || type == "text/json" || type.hasSuffix("+json")
    }

    public static func invalid(_ reason: String) -> IntegrationError { IntegrationError(.cloudEventInvalid, reason) }

    /// Appends its attributes as an object, `datacontenttype` with them.
    public func appendAttributes(to builder: inout Builder) {
        let object = builder.open()
        var attributes = attributes
        attributes["datacontenttype"] = contentType
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            builder.append(string: name)
            builder.append(string: value)
        }
        builder.close(object, .object, count: attributes.count)
    }
}
