internal import IntegrationDocument

/// A schema while it is compiled: references to other schemas are their numbers.
struct NodeDraft {
    var place: SchemaPlace
    var schema: WordPointer
    var dialect: SchemaDialect

    var kinds: KindSet = .all
    var takesIntegralDecimals = false
    var values: [WordPointer]?

    var minimum: WordPointer?
    var exclusiveMinimum: WordPointer?
    var maximum: WordPointer?
    var exclusiveMaximum: WordPointer?
    var multipleOf: WordPointer?

    var minLength = 0
    var maxLength = Int.max
    var pattern: SchemaPattern?
    var format: StringFormat?
    var content: StringContent = []

    var minProperties = 0
    var maxProperties = Int.max
    var required: [String] = []
    var properties: [(name: String, node: Int)] = []
    var patternProperties: [(pattern: SchemaPattern, node: Int)] = []
    var additionalProperties: Int?
    var propertyNames: Int?
    var dependents: [(name: String, required: [String], node: Int?)] = []

    var minItems = 0
    var maxItems = Int.max
    var isUnique = false
    var prefix: [Int] = []
    var rest: Int?
    var contains: Int?
    var minContains = 1
    var maxContains = Int.max

    /// `$ref`, `$dynamicRef` and `allOf`.
    var all: [Int] = []
    var any: [Int] = []
    var one: [Int] = []
    var not: Int?
    var condition: Int?
    var then: Int?
    var otherwise: Int?

    var unevaluatedMembers: Int?
    var unevaluatedItems: Int?

    /// Nodes that are evaluated for the same value.
    var inPlace: [Int] {
        all + any + one + [not, condition, then, otherwise].compactMap(\.self) + dependents.compactMap(\.node)
    }

    var hasNumberRules: Bool {
        minimum != nil || exclusiveMinimum != nil || maximum != nil || exclusiveMaximum != nil || multipleOf != nil
    }

    var hasStringRules: Bool {
        minLength > 0 || maxLength < .max || pattern != nil || format != nil || !content.isEmpty
    }

    var hasObjectRules: Bool {
        minProperties > 0 || maxProperties < .max || !required.isEmpty || !properties.isEmpty
            || !patternProperties.isEmpty || additionalProperties != nil || propertyNames != nil || !dependents.isEmpty
    }

    var hasArrayRules: Bool {
        minItems > 0 || maxItems < .max || isUnique || !prefix.isEmpty || rest != nil || contains != nil
    }

    var hasApplicators: Bool { !all.isEmpty || !any.isEmpty || !one.isEmpty || not != nil || condition != nil }

    /// The node that this one stands for, where it says nothing of its own.
    var alias: Int? {
        guard all.count == 1, any.isEmpty, one.isEmpty, not == nil, condition == nil, kinds == .all, values == nil,
            !hasNumberRules, !hasStringRules, !hasObjectRules, !hasArrayRules, unevaluatedMembers == nil,
            unevaluatedItems == nil
        else { return nil }
        return all[0]
    }
}
