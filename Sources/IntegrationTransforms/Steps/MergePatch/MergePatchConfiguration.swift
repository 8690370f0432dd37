public import IntegrationCore

/// `type: merge_patch`.
public struct MergePatchConfiguration: Configurable {
    static let patch = Field<ConfigurationNode?>.optional(
        "patch", .jsonTemplate,
        "What is changed, in the shape of the message: null takes a member away; texts may hold `{{ JSONata }}`.")
    static let patchFrom = Field<String?>.optional(
        "patch_from", .memberPath, "The path of the patch in the message, where each message brings its own.")
    static let target = Field<String?>.optional(
        "target", .memberPath, "The path of the value that is changed; without it the whole message.")
    static let missing = Field<MissingValue>.defaulted(
        "missing", .choice, .omit,
        "What stands in the place of an expression that gives nothing; `omit` changes nothing.")

    public static let table = FieldTable(
        "merge_patch step", summary: "Changes each message by a JSON Merge Patch (RFC 7396).",
        fields: [patch, patchFrom, target, missing],
        example: "patch: {status: closed, draft: null, customer: {email: \"{{ $lowercase(customer.email) }}\"}}",
        rules: [FieldTable.exactlyOne(of: "patch", "patch_from")])

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String) -> MergePatchStep {
        let patch = fields[Self.patchFrom].map { MergePatchStep.Patch.message($0) }
        return MergePatchStep(
            name, patch ?? .value(fields[Self.patch] ?? .null), target: fields[Self.target],
            missing: fields[Self.missing])
    }
}
