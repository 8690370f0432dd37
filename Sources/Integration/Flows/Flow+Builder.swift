public import IntegrationCore
public import IntegrationEngine

/// A part of a flow in a result builder.
public enum FlowPart: Sendable {
    case source(any Source)
    case step(any StepDefinition)
    /// Where messages without a route go.
    case destination(any Destination)
    /// A destination that routes and dead letters name.
    case named(String, any Destination)
    /// A service that enrich steps name.
    case service(String, any Lookup)
    case errorHandling(ErrorHandling)
    case ordering(Ordering)
}

/// A destination under the name by which routes and dead letters call it.
public struct To: Sendable {
    let part: FlowPart

    public init(_ name: String, _ destination: any Destination) { part = .named(name, destination) }
}

/// A service under the name by which enrich steps call it.
public struct Using: Sendable {
    let part: FlowPart

    public init(_ name: String, _ lookup: any Lookup) { part = .service(name, lookup) }
}

/// Reads a flow from top to bottom: sources, steps, destinations.
@resultBuilder
public enum FlowBuilder {
    public static func buildExpression(_ source: any Source) -> [FlowPart] { [.source(source)] }
    public static func buildExpression(_ step: any StepDefinition) -> [FlowPart] { [.step(step)] }
    public static func buildExpression(_ destination: any Destination) -> [FlowPart] { [.destination(destination)] }
    public static func buildExpression(_ destination: To) -> [FlowPart] { [destination.part] }
    public static func buildExpression(_ service: Using) -> [FlowPart] { [service.part] }
    public static func buildExpression(_ handling: ErrorHandling) -> [FlowPart] { [.errorHandling(handling)] }
    public static func buildExpression(_ ordering: Ordering) -> [FlowPart] { [.ordering(ordering)] }
    public static func buildBlock(_ parts: [FlowPart]...) -> [FlowPart] { parts.flatMap { $0 } }
    public static func buildOptional(_ parts: [FlowPart]?) -> [FlowPart] { parts ?? [] }
    public static func buildEither(first: [FlowPart]) -> [FlowPart] { first }
    public static func buildEither(second: [FlowPart]) -> [FlowPart] { second }
    public static func buildArray(_ parts: [[FlowPart]]) -> [FlowPart] { parts.flatMap { $0 } }
}

extension Flow {
    /// A flow read from top to bottom.
    ///
    /// ```swift
    /// let flow = Flow("order-sync", "Sync orders between systems") {
    ///     FileSource(path: "orders.ndjson", codec: NDJSONCodec())
    ///     TransformStep("transform-order", mapping: ["id": "$.orderId", "total": "$.orderTotal"])
    ///     FilterStep("large", keep: "total >= 1000")
    ///     FileDestination(path: "large.ndjson")
    /// }
    /// ```
    public init(_ name: String, _ summary: String = "", @FlowBuilder _ parts: () -> [FlowPart]) {
        self.init(name: name, summary: summary)
        for part in parts() { add(part) }
    }

    /// An empty flow, to be filled by `with…` and `addStep`.
    public init(_ name: String) { self.init(name: name) }

    private mutating func add(_ part: FlowPart) {
        switch part {
        case .source(let source): self = withSource(source)
        case .step(let step): self = addStep(step)
        case .destination(let destination): self = withDestination(destination)
        case .named(let name, let destination): ownDestinations[name] = destination
        case .service(let name, let lookup): ownLookups[name] = lookup
        case .errorHandling(let handling): errorHandling = handling
        case .ordering(let ordering): self.ordering = ordering
        }
    }

    // MARK: The chained form

    /// The same flow with one more source.
    public func withSource(_ source: any Source) -> Flow {
        changed { $0.sources.append(Entry($0.sources.isEmpty ? "source" : "source-\($0.sources.count + 1)", source)) }
    }

    /// The same flow with one more step at its end.
    public func addStep(_ step: any StepDefinition) -> Flow { changed { $0.steps.append(step) } }

    /// The same flow with a destination for messages that no route step sends elsewhere.
    public func withDestination(_ destination: any Destination) -> Flow {
        changed {
            $0.destination = "\($0.name)/destination"
            $0.ownDestinations["\($0.name)/destination"] = destination
        }
    }

    /// The same flow with a destination that routes and dead letters name.
    public func withDestination(_ name: String, _ destination: any Destination) -> Flow {
        changed { $0.ownDestinations[name] = destination }
    }

    /// The same flow with a service that enrich steps name.
    public func withService(_ name: String, _ lookup: any Lookup) -> Flow { changed { $0.ownLookups[name] = lookup } }

    public func withErrorHandling(_ handling: ErrorHandling) -> Flow { changed { $0.errorHandling = handling } }

    public func withOrdering(_ ordering: Ordering) -> Flow { changed { $0.ordering = ordering } }

    private func changed(_ change: (inout Flow) -> Void) -> Flow {
        var copy = self
        change(&copy)
        return copy
    }
}
