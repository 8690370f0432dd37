/// IE220x and IE221x: a message that is not valid against its schema.
extension ErrorCode {
    public static let schemaRequired = ErrorCode(
        "IE2201", "Required member missing",
        explanation: """
            The schema lists a member under `required`, and the object does not have it. The path is that of the \
            missing member. A member whose value is null is there.
            """,
        remedy: "Make the producer send it, or take it out of `required`; then edit and replay the dead letter.")
    public static let schemaType = ErrorCode(
        "IE2202", "Wrong type of value",
        explanation: "A value is of another type than `type` allows, such as text where a number is meant.",
        remedy: "Correct the producer, convert the value in a template or mapping before, or widen `type`.")
    public static let schemaValue = ErrorCode(
        "IE2203", "Not one of the allowed values",
        explanation: "A value is none of those that `enum` lists, or is not the one of `const`.",
        remedy: "Send one of the values that the message lists, or add the new one to the schema.")
    public static let schemaRange = ErrorCode(
        "IE2204", "Number out of range",
        explanation: """
            A number is below `minimum` or `exclusiveMinimum`, or above `maximum` or `exclusiveMaximum`. Numbers are \
            compared by their exact decimal value.
            """,
        remedy: "Correct the value, or the bound in the schema.")
    public static let schemaMultiple = ErrorCode(
        "IE2205", "Number is not a multiple",
        explanation: "A number is not a whole multiple of `multipleOf`, reckoned exactly in decimal.",
        remedy: "Round the value where it is made, or correct `multipleOf`.")
    public static let schemaLength = ErrorCode(
        "IE2206", "Text too short or too long",
        explanation: "A string has fewer characters (Unicode code points) than `minLength` or more than `maxLength`.",
        remedy: "Correct the value, or the bound in the schema.")
    public static let schemaPattern = ErrorCode(
        "IE2207", "Text does not match the pattern",
        explanation: """
            A string does not match `pattern`, a regular expression of ECMA-262. It may match anywhere unless it is \
            anchored by `^` and `$`.
            """,
        remedy: "Correct the value, or the pattern in the schema.")
    public static let schemaFormat = ErrorCode(
        "IE2208", "Text is not of the format",
        explanation: "Formats are asserted here, and a string is not of the one that `format` names.",
        remedy: "Correct the value, or take formats as annotations only.")
    public static let schemaItems = ErrorCode(
        "IE2209", "Wrong number of items",
        explanation: "An array has fewer items than `minItems` or more than `maxItems`.",
        remedy: "Correct the value, or the bound in the schema.")
    public static let schemaUnique = ErrorCode(
        "IE2210", "Items are not unique",
        explanation: "Two items of an array are equal, and the schema says `uniqueItems`. 1 and 1.0 are equal.",
        remedy: "Remove the repetition where the data is made.")
    public static let schemaContains = ErrorCode(
        "IE2211", "Array does not contain what it must",
        explanation: "Fewer items than `minContains`, or more than `maxContains`, are valid against `contains`.",
        remedy: "Correct the value, or the bound in the schema.")
    public static let schemaMembers = ErrorCode(
        "IE2212", "Wrong number of members",
        explanation: "An object has fewer members than `minProperties` or more than `maxProperties`.",
        remedy: "Correct the value, or the bound in the schema.")
    public static let schemaAdditional = ErrorCode(
        "IE2213", "Value is not allowed here",
        explanation: """
            A member or an item stands where the schema allows none: `additionalProperties`, `unevaluatedProperties`, \
            `items` or another keyword is false there.
            """,
        remedy: "Remove it, perhaps with a template before, or describe it in the schema.")
    public static let schemaName = ErrorCode(
        "IE2214", "Name of a member is not allowed",
        explanation: "The name of a member is not valid against `propertyNames`.",
        remedy: "Rename the member where the data is made.")
    public static let schemaDependent = ErrorCode(
        "IE2215", "Member missing that another one needs",
        explanation: "A member is there that, by `dependentRequired` or `dependencies`, demands another one beside it.",
        remedy: "Send both members or neither.")
    public static let schemaAlternatives = ErrorCode(
        "IE2216", "None, or more than one, of the alternatives",
        explanation: """
            A value is valid against none of the alternatives of `anyOf` or `oneOf`, or against more than one of \
            `oneOf`. The message tells why the closest one fails.
            """,
        remedy: "Correct the value; make the alternatives of `oneOf` exclude each other, or use `anyOf`.")
    public static let schemaNot = ErrorCode(
        "IE2217", "Value is of an excluded form",
        explanation: "A value is valid against the schema under `not`.",
        remedy: "Correct the value, or the schema under `not`.")
    public static let schemaGivenUp = ErrorCode(
        "IE2218", "Validation was given up",
        explanation: """
            Validating took more steps, more nesting or more backtracking in a pattern than is allowed, as a hostile \
            document or a schema of many recursive alternatives can cause. The message counts as not valid.
            """,
        remedy: "Simplify the schema: give alternatives a `const` to tell them apart, and patterns no nested repeats.")

    /// Every IE220x and IE221x code.
    public static let schemaViolationCodes: [ErrorCode] = [
        schemaRequired, schemaType, schemaValue, schemaRange, schemaMultiple, schemaLength, schemaPattern, schemaFormat,
        schemaItems, schemaUnique, schemaContains, schemaMembers, schemaAdditional, schemaName, schemaDependent,
        schemaAlternatives, schemaNot, schemaGivenUp,
    ]
}

/// IE223x: a schema that can't be compiled.
extension ErrorCode {
    public static let schemaKeyword = ErrorCode(
        "IE2230", "Keyword of a schema is malformed",
        explanation: "A keyword has a value that JSON Schema does not know, such as an unknown word under `type`.",
        remedy: "Correct the schema at the place named.")
    public static let schemaReference = ErrorCode(
        "IE2231", "Reference of a schema leads nowhere",
        explanation: """
            `$ref` or `$dynamicRef` names a schema, a place or an anchor that is not there. Schemas are never fetched \
            from the network: all that is referred to must be declared.
            """,
        remedy: "Correct the reference, or declare the schema that it names under `schemas:`.")
    public static let schemaBadPattern = ErrorCode(
        "IE2232", "Pattern of a schema is malformed",
        explanation: "`pattern` or a name under `patternProperties` is no regular expression of ECMA-262.",
        remedy: "Correct the pattern at the place named; backslashes are doubled in JSON.")
    public static let schemaLoop = ErrorCode(
        "IE2233", "Schema refers to itself without end",
        explanation: """
            Following `$ref`, `allOf` and the like leads back to the same schema for the same value, so that validating \
            could never end. A schema may refer to itself only below `properties`, `items` and the like.
            """,
        remedy: "Break the circle at one of the places named.")
    public static let schemaMetaschema = ErrorCode(
        "IE2234", "Schema is not valid against its metaschema",
        explanation: "The schema breaks a rule of the draft that it is written in, which `$schema` names.",
        remedy: "Correct the schema at the place named.")
    public static let schemaDialect = ErrorCode(
        "IE2235", "Unknown draft of JSON Schema",
        explanation: """
            `$schema` names neither a known draft (2020-12, 2019-09, 7, 6, 4) nor a metaschema that was declared, or \
            that metaschema requires a vocabulary which is unknown here.
            """,
        remedy: "Name a known draft, such as `https://json-schema.org/draft/2020-12/schema`.")
    public static let schemaTooLarge = ErrorCode(
        "IE2236", "Schema is too large",
        explanation: "The schema with all that it refers to has more nodes than the limit allows.",
        remedy: "Split the schema, or use only the parts of it that are needed.")

    /// Every IE223x code.
    public static let schemaCompilationCodes: [ErrorCode] = [
        schemaKeyword, schemaReference, schemaBadPattern, schemaLoop, schemaMetaschema, schemaDialect, schemaTooLarge,
    ]
    /// Every code of JSON Schema.
    public static let schemaCodes: [ErrorCode] = schemaViolationCodes + schemaCompilationCodes
}
