internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationEngine

/// A JSON object that the API answers with; one table gives what is written and how it is documented.
protocol Answer: Sendable {
    /// The schema's name in the OpenAPI document.
    static var title: String { get }
    static var members: [Member<Self>] { get }
}

extension Answer {
    func write(to out: inout OutputBuffer) {
        out.append("{")
        for (index, member) in Self.members.enumerated() {
            if index > 0 { out.append(",") }
            out.append(string: member.name)
            out.append(":")
            member.write(self, &out)
        }
        out.append("}")
    }
}

/// One member of an answer.
struct Member<Owner>: Sendable {
    let name: String
    let doc: String
    /// JSON Schema of the value.
    let schema: ConfigurationNode
    /// The schemas that `schema` refers to, by name.
    let uses: [AnswerSchema]
    let write: @Sendable (Owner, inout OutputBuffer) -> Void

    private init(
        _ name: String, _ doc: String, _ schema: ConfigurationNode, uses: [AnswerSchema] = [],
        write: @escaping @Sendable (Owner, inout OutputBuffer) -> Void
    ) {
        self.name = name
        self.doc = doc
        self.schema = schema
        self.uses = uses
        self.write = write
    }

    private static func scalar(
        _ name: String, _ doc: String, type: ConfigurationNode, format: String? = nil,
        _ text: @escaping @Sendable (Owner) -> String?
    ) -> Member {
        var entries: [(String, ConfigurationNode)] = [("type", type)]
        if let format { entries.append(("format", .string(format))) }
        return Member(name, doc, .mapping(entries)) { owner, out in out.append(text(owner) ?? "null") }
    }

    static func text(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> String?) -> Member {
        Member(name, doc, ["type": ["string", "null"]]) { owner, out in
            if let text = get(owner) { out.append(string: text) } else { out.append("null") }
        }
    }

    static func integer(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> Int?) -> Member {
        scalar(name, doc, type: ["integer", "null"]) { get($0).map { String($0) } }
    }

    /// Rounded to thousandths; null where there is none.
    static func number(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> Double?) -> Member {
        scalar(name, doc, type: ["number", "null"]) { owner in
            get(owner).flatMap { $0.isFinite ? "\(($0 * 1000).rounded() / 1000)" : nil }
        }
    }

    static func bool(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> Bool) -> Member {
        scalar(name, doc, type: "boolean") { get($0) ? "true" : "false" }
    }

    /// Wall time since 1970, as RFC 3339 in UTC.
    static func time(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> Duration?) -> Member {
        scalar(name, doc, type: ["string", "null"], format: "date-time") { owner in
            get(owner).map { "\"\(Timestamp.text($0))\"" }
        }
    }

    static func texts(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> [String]) -> Member {
        Member(name, doc, ["type": "array", "items": ["type": "string"]]) { owner, out in
            out.append("[")
            for (index, text) in get(owner).enumerated() {
                if index > 0 { out.append(",") }
                out.append(string: text)
            }
            out.append("]")
        }
    }

    static func objects<A: Answer>(
        _ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> [A]
    ) -> Member {
        let schema = AnswerSchema(A.self)
        return Member(name, doc, ["type": "array", "items": schema.reference], uses: [schema]) { owner, out in
            out.append("[")
            for (index, element) in get(owner).enumerated() {
                if index > 0 { out.append(",") }
                element.write(to: &out)
            }
            out.append("]")
        }
    }

    static func object<A: Answer>(
        _ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> A?
    ) -> Member {
        let schema = AnswerSchema(A.self)
        let either: ConfigurationNode = ["anyOf": [schema.reference, ["type": "null"]]]
        return Member(name, doc, either, uses: [schema]) { owner, out in
            if let object = get(owner) { object.write(to: &out) } else { out.append("null") }
        }
    }

    /// JSON as it is.
    static func json(
        _ name: String, _ doc: String, absent: String = "null", _ get: @escaping @Sendable (Owner) -> [UInt8]?
    ) -> Member {
        Member(name, doc, [:]) { owner, out in
            guard let bytes = get(owner), out.append(json: bytes) else { return out.append(absent) }
        }
    }

    /// A message's bytes: JSON where they are JSON, else a string, else base 64 under `NAME_base64`.
    static func body(_ name: String, _ doc: String, _ get: @escaping @Sendable (Owner) -> [UInt8]?) -> Member {
        Member(name, doc + " JSON where it is JSON, else a string, else base 64 as `\(name)_base64`.", [:]) {
            owner, out in
            guard let bytes = get(owner) else { return out.append("null") }
            if out.append(json: bytes) { return }
            bytes.withUnsafeBufferPointer { bytes in
                if String(validating: bytes, as: UTF8.self) != nil { return out.append(string: bytes) }
                out.append("null,\"\(name)_base64\":\"")
                out.append(Base64.encode(bytes))
                out.append("\"")
            }
        }
    }
}

extension OutputBuffer {
    /// Appends a text as minimal JSON on one line; false where it is none.
    mutating func append(json bytes: [UInt8]) -> Bool {
        do {
            let document = try Document(bytes)
            document.withRoot { append($0) }
            return true
        } catch {
            return false
        }
    }
}

/// The schema of an answer, by name.
struct AnswerSchema: Sendable {
    let title: String
    let members: @Sendable () -> [(name: String, doc: String, schema: ConfigurationNode, uses: [AnswerSchema])]

    init<A: Answer>(_ type: A.Type) {
        title = A.title
        members = { A.members.map { ($0.name, $0.doc, $0.schema, $0.uses) } }
    }

    var reference: ConfigurationNode { ["$ref": .string("#/components/schemas/" + title)] }
}
