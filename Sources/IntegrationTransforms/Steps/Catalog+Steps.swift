public import IntegrationCore

extension Catalog {
    /// Adds the steps.
    public mutating func registerSteps() {
        register(keys: { ExpressionKey($0) })
        register(
            text: { text throws(IntegrationError) in try TextOverMessages(text) },
            body: { body throws(IntegrationError) in try BodyOverMessages(body) })
        register(step: "transform", TransformConfiguration.table) { configuration, context throws(IntegrationError) in
            try TransformConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(step: "json_patch", JSONPatchConfiguration.table) { configuration, _ in
            JSONPatchConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "merge_patch", MergePatchConfiguration.table) { configuration, _ in
            MergePatchConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "validate", ValidateConfiguration.table) { configuration, context throws(IntegrationError) in
            try ValidateConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(step: "enrich", EnrichConfiguration.table, waits: true) { configuration, _ in
            EnrichConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "route", RouteConfiguration.table, endsFlow: true) {
            configuration, context throws(IntegrationError) in
            try RouteConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(step: "filter", FilterConfiguration.table) { configuration, _ in
            FilterConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "idempotent", IdempotentConfiguration.table, waits: true) { configuration, context in
            context.useStore()
            return IdempotentConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "log", LogConfiguration.table) { configuration, _ in
            LogConfiguration(configuration.fields).step(configuration.name)
        }
    }
}
