internal import IntegrationCore

/// Resolves every name that was met while decoding, and reports those that mean nothing or two things.
struct NameLinter {
    var names: DeclaredNames
    var diagnostics: Diagnostics
    /// Queues that nobody declares and somebody names, in the order they were met.
    private(set) var implicitQueues: [String] = []
    private let declaredQueues: [String]

    init(names: DeclaredNames, diagnostics: Diagnostics) {
        self.names = names
        self.diagnostics = diagnostics
        declaredQueues = names.names(of: .queue)
    }

    mutating func resolve(_ references: [NameReference]) {
        for reference in references where reference.createsQueue { createQueue(for: reference) }
        for reference in references { check(reference) }
        for reference in references where reference.path.last == "dlq" { checkDeadLetters(reference) }
        checkCalls(references)
    }

    private mutating func createQueue(for reference: NameReference) {
        let bearers = names.kinds(of: reference.name, among: [.queue, .flow, .destination, .connector])
        guard bearers.isEmpty else { return }
        let near = !diagnostics.isReadable ? nil : Suggestion.nearest(to: reference.name, among: declaredQueues)
        diagnostics.warning(
            .implicitQueue, "the queue `\(reference.name)` is not declared and is created", at: reference.span,
            help: near.map { "did you mean `\($0)`?" } ?? "declare it: queues: {\(reference.name): {}}")
        implicitQueues.append(reference.name)
        names.declare(reference.name, .queue, at: reference.span)
    }

    private mutating func check(_ reference: NameReference) {
        let found = names.kinds(of: reference.name, among: reference.kinds)
        if found.count == 1 { return }
        if found.count > 1 {
            let places = found.map { kind in
                "a \(kind.rawValue) (\(names.span(of: reference.name, as: kind)?.location.description ?? ""))"
            }
            diagnostics.error(
                .ambiguousName, "`\(reference.name)` is " + places.joined(separator: " and "), at: reference.span,
                help: "write " + found.map { "`\($0.rawValue):\(reference.name)`" }.joined(separator: " or "))
            return
        }
        let phrase = FieldShape.name(reference.kinds).phrase
        if let other = names.kinds(of: reference.name).first {
            let place = names.span(of: reference.name, as: other)?.location.description ?? ""
            diagnostics.error(
                .unresolvedName, "\(reference.subject) must be \(phrase); `\(reference.name)` is a \(other.rawValue)",
                at: reference.span, help: "declared at \(place)")
            return
        }
        if reference.kinds == [.schema], isUnknownVersion(reference) { return }
        let what = FieldShape.alternatives(reference.kinds.map(\.rawValue))
        // Versions of a schema are not what somebody has in mind who names none.
        let known = diagnostics.isReadable ? reference.kinds.flatMap { names.names(of: $0) } : []
        let candidates = known.filter { reference.name.contains("@") || !$0.contains("@") }
        let near = Suggestion.nearest(to: reference.name, among: candidates)
        let message = "there is no \(what) named `\(reference.name)`"
        let isFragment = near == nil && reference.kinds.allSatisfy { [.template, .schema, .service].contains($0) }
        let help = near.map { "did you mean `\($0)`?" } ?? Self.advice(for: reference)
        if isFragment {
            diagnostics.warning(.unresolvedName, message, at: reference.span, help: help, blocksRun: true)
        } else {
            diagnostics.error(.unresolvedName, message, at: reference.span, help: help)
        }
    }

    /// Reports a version of a schema that is known otherwise.
    private mutating func isUnknownVersion(_ reference: NameReference) -> Bool {
        guard let at = reference.name.lastIndex(of: "@") else { return false }
        let schema = String(reference.name[..<at])
        guard names.span(of: schema, as: .schema) != nil else { return false }
        let version = reference.name[reference.name.index(after: at)...]
        let versions = names.names(of: .schema).filter { $0.hasPrefix(schema + "@") && $0 != schema + "@latest" }
        let help =
            versions.isEmpty
            ? "it has no versions: write `\(schema)`, or declare them: schemas: {\(schema): {versions: {\(version): …}}}"
            : "there is " + FieldShape.alternatives(versions.map { "`\($0)`" }) + ", and `\(schema)@latest`"
        diagnostics.error(
            .unresolvedName, "the schema `\(schema)` has no version `\(version)`", at: reference.span, help: help)
        return true
    }

    private static func advice(for reference: NameReference) -> String {
        let section = reference.kinds.contains(.queue) ? "queues" : (reference.kinds.first?.rawValue ?? "name") + "s"
        return "declare it under `\(section):`"
    }

    private mutating func checkDeadLetters(_ reference: NameReference) {
        guard let kind = names.resolve(reference), kind != .queue else { return }
        diagnostics.note(
            .cannotBrowse,
            "dead letters in the \(kind.rawValue) `\(reference.name)` cannot be browsed, edited or replayed",
            at: reference.span, help: "name a queue if they should be")
    }

    // MARK: Calls

    /// A synchronous call that leads back to its own flow would never end.
    private mutating func checkCalls(_ references: [NameReference]) {
        var calls: [String: [NameReference]] = [:]
        for reference in references where reference.kinds == [.flow] && reference.path.first == "flows" {
            if reference.path.count > 1 { calls[reference.path[1], default: []].append(reference) }
        }
        var finished: Set<String> = []
        for start in calls.keys.sorted() where !finished.contains(start) {
            follow(start, trail: [], calls: calls, finished: &finished)
        }
    }

    private mutating func follow(
        _ flow: String, trail: [String], calls: [String: [NameReference]], finished: inout Set<String>
    ) {
        for call in calls[flow] ?? [] {
            if let index = (trail + [flow]).firstIndex(of: call.name) {
                let circle = ((trail + [flow])[index...] + [call.name]).map { "`\($0)`" }.joined(separator: " → ")
                diagnostics.error(
                    .flowCycle, "flows call each other in a circle: \(circle)", at: call.span,
                    help: "hand over through a queue: `destination: \(call.name)`")
            } else if !finished.contains(call.name) {
                follow(call.name, trail: trail + [flow], calls: calls, finished: &finished)
            }
        }
        finished.insert(flow)
    }
}
