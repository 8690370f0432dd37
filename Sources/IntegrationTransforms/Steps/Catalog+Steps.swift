public import IntegrationCore

extension Catalog {
    /// Adds the steps.
    public mutating func registerSteps() {
        register(keys: { ExpressionKey($0) })
        register(
            text: { text, environment throws(IntegrationError) in
                try TextOverMessages(text, environment: environment)
            },
            body: { body, environment throws(IntegrationError) in
                try BodyOverMessages(body, environment: environment)
            })
        register(
            step: "transform", TransformConfiguration.table, outcome: .computed(TransformConfiguration.outline)
        ) { configuration, context throws(IntegrationError) in
            try TransformConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(
            step: "json_patch", JSONPatchConfiguration.table, outcome: .computed(JSONPatchConfiguration.outline)
        ) { configuration, _ in
            JSONPatchConfiguration(configuration.fields).step(configuration.name)
        }
        register(
            step: "merge_patch", MergePatchConfiguration.table, outcome: .computed(MergePatchConfiguration.outline)
        ) { configuration, _ in
            MergePatchConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "validate", ValidateConfiguration.table, outcome: .validated) {
            configuration, context throws(IntegrationError) in
            try ValidateConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(
            step: "enrich", EnrichConfiguration.table, waits: true, outcome: .computed(EnrichConfiguration.outline)
        ) { configuration, _ in
            EnrichConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "route", RouteConfiguration.table, endsFlow: true, outcome: .kept) {
            configuration, context throws(IntegrationError) in
            try RouteConfiguration(configuration.fields).step(configuration.name, context)
        }
        register(step: "filter", FilterConfiguration.table, outcome: .kept) { configuration, _ in
            FilterConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "idempotent", IdempotentConfiguration.table, waits: true, outcome: .kept) {
            configuration, context in
            context.useStore()
            return IdempotentConfiguration(configuration.fields).step(configuration.name)
        }
        register(step: "log", LogConfiguration.table, outcome: .kept) { configuration, _ in
            LogConfiguration(configuration.fields).step(configuration.name)
        }
    }
}
