import IntegrationDocument
import IntegrationTransforms

/// Shorthands of the tests.
func compiled(
    _ schema: String, options: SchemaOptions = SchemaOptions(), registry: SchemaRegistry = SchemaRegistry()
) throws -> CompiledSchema {
    try JSONSchema.compile(Document(schema), registry: registry, options: options)
}

func violations(
    _ schema: String, _ data: String, options: SchemaOptions = SchemaOptions(), limit: Int = 100
) throws -> [Violation] {
    let schema = try compiled(schema, options: options)
    return try Document(data, policy: .lenient).withRoot { view in
        let violations = schema.violations(view, limit: limit)
        // The two ways of asking must agree.
        precondition(schema.isValid(view) == violations.isEmpty)
        return violations
    }
}

func isValid(_ schema: String, _ data: String, options: SchemaOptions = SchemaOptions()) throws -> Bool {
    try violations(schema, data, options: options).isEmpty
}
