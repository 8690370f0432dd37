public import IntegrationCore

/// `type: json_patch`.
public struct JSONPatchConfiguration: Configurable {
    static let patch = Field<[JSONPatchOperation]?>.optional(
        "patch", .patch, "The operations, as RFC 6902 writes them; texts of their values may hold `{{ JSONata }}`.")
    static let patchFrom = Field<String?>.optional(
        "patch_from", .memberPath, "The path of the patch in the message, where each message brings its own.")
    static let target = Field<String?>.optional(
        "target", .memberPath, "The path of the value that is changed; without it the whole message.")

    public static let table = FieldTable(
        "json_patch step", summary: "Changes each message by a JSON Patch (RFC 6902): all operations or none.",
        fields: [patch, patchFrom, target], shorthand: "patch",
        example: """
            patch:
              - {op: test, path: /status, value: paid}
              - {op: replace, path: /status, value: closed}
              - {op: add, path: /items/-, value: {sku: gift, price: "{{ orderTotal * 0.01 }}"}}
              - {op: remove, path: /draft}
            """,
        rules: [FieldTable.exactlyOne(of: "patch", "patch_from")])

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String) -> JSONPatchStep {
        let patch = fields[Self.patchFrom].map { JSONPatchStep.Patch.message($0) }
        return JSONPatchStep(name, patch ?? .operations(fields[Self.patch] ?? []), target: fields[Self.target])
    }
}

extension JSONPatchOperation {
    static let op = Field<Kind>.required("op", .choice, "What is done.")
    static let path = Field<String>.required("path", .jsonPointer, "Where, as a JSON Pointer: `/items/0/sku`.")
    static let from = Field<String?>.optional("from", .jsonPointer, "Where `move` and `copy` take the value from.")
    static let value = Field<ConfigurationNode?>.optional(
        "value", .jsonTemplate, "What `add`, `replace` and `test` are about; null is a value too.")

    static let table = FieldTable(
        "patch operation", summary: "One operation of a JSON Patch (RFC 6902, 4).", fields: [op, path, from, value],
        example: "{op: replace, path: /status, value: closed}")
}

extension FieldType where Value == [JSONPatchOperation] {
    /// The operations of a JSON Patch.
    static var patch: FieldType {
        let table = JSONPatchOperation.table
        let operation = FieldType<JSONPatchOperation>(shape: .table(table)) { node, context in
            guard let fields = table.decode(node, &context) else { return nil }
            // Taken from the node, because null is a value here.
            let operation = JSONPatchOperation(
                fields[JSONPatchOperation.op], fields[JSONPatchOperation.path],
                from: fields[JSONPatchOperation.from], value: node["value"])
            if let mistake = operation.mistake {
                context.diagnostics.error(.malformedValue, "\(context.fieldPhrase): \(mistake)", at: node.span)
                return nil
            }
            return operation
        }
        return .list(of: operation)
    }
}

extension FieldType where Value == String {
    /// A JSON Pointer (RFC 6901).
    static var jsonPointer: FieldType {
        string("a JSON Pointer, such as `/customer/id`") { JSONPointer($0) != nil }
    }
}
