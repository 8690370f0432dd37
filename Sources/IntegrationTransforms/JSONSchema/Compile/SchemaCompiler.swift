internal import IntegrationCore
internal import IntegrationDocument

/// Turns a schema, and all that it refers to, into a program.
///
/// Dynamic references cost nothing at run time: a schema is compiled once for each set of bindings of dynamic anchors
/// under which it is reached, so that `$dynamicRef` becomes a plain reference.
final class SchemaCompiler {
    let options: SchemaOptions
    let store: SchemaStore
    var drafts: [NodeDraft] = []
    private var numbers: [Key: Int] = [:]
    private var pending: [(number: Int, bindings: Int)] = []
    private var patterns: [String: SchemaPattern] = [:]

    /// Dynamic anchors by name, each bound to the outermost schema that was entered with it; by number, 0 for none.
    private var bindings: [[String: WordPointer]] = [[:]]
    private var bindingNumbers: [[String: WordPointer]: Int] = [[:]: 0]

    private struct Key: Hashable {
        var schema: WordPointer
        var bindings: Int
    }

    init(registry: SchemaRegistry, options: SchemaOptions) {
        self.options = options
        store = SchemaStore(registry: registry, defaultDialect: options.defaultDialect)
    }

    func compile(_ document: Document, baseURI: String) throws(SchemaError) -> Program {
        let root = try store.load(document, uri: URIReference(baseURI).withoutFragment)
        let number = try node(store.resources[root].root, bindings: 0)
        while let next = pending.popLast() {
            guard drafts.count <= options.maximumNodes else {
                throw SchemaError(.schemaTooLarge, "#", "the schema has more than \(options.maximumNodes) nodes")
            }
            try fill(next.number, next.bindings)
        }
        if store.problems.isEmpty, options.checksMetaschema { try checkMetaschemas() }
        if store.problems.isEmpty { findLoops() }
        guard store.problems.isEmpty else { throw SchemaError(store.problems) }
        return link(root: number)
    }

    /// The number of the node for a schema; it is filled later.
    func node(_ schema: WordPointer, bindings: Int) throws(SchemaError) -> Int {
        guard let place = store.places[schema] else {
            throw SchemaError(.schemaReference, "#", "a schema stands at a place that is none")
        }
        let bindings = entering(place.resource, bindings)
        let key = Key(schema: schema, bindings: bindings)
        if let known = numbers[key] { return known }
        numbers[key] = drafts.count
        pending.append((drafts.count, bindings))
        drafts.append(NodeDraft(place: place, schema: schema, dialect: store.resources[place.resource].dialect))
        return drafts.count - 1
    }

    /// The bindings inside of a resource: its dynamic anchors are added where no outer one has their names.
    private func entering(_ resource: Int, _ outer: Int) -> Int {
        let own = store.resources[resource].dynamicAnchors
        guard own.contains(where: { bindings[outer][$0.key] == nil }) else { return outer }
        let merged = bindings[outer].merging(own) { outer, _ in outer }
        if let known = bindingNumbers[merged] { return known }
        bindings.append(merged)
        bindingNumbers[merged] = bindings.count - 1
        return bindings.count - 1
    }

    /// The target of `$dynamicRef` or `$recursiveRef`.
    func dynamicTarget(_ name: String, _ target: WordPointer, _ number: Int) -> WordPointer {
        bindings[number][name] ?? target
    }

    func pattern(_ text: String, _ place: SchemaPlace) -> SchemaPattern? {
        if let known = patterns[text] { return known }
        do {
            let pattern = try SchemaPattern(text)
            patterns[text] = pattern
            return pattern
        } catch {
            store.report(.schemaBadPattern, place, "the pattern \(text) can't be used: \(error.message)")
            return nil
        }
    }

    // MARK: Checks of the whole

    private func checkMetaschemas() throws(SchemaError) {
        let foreign = store.resources.indices.filter { store.resources[$0].isForeign }
        for resource in store.documents + foreign {
            let dialect = store.resources[resource].dialect
            let uri = store.resources[resource].base.description
            if try Metaschemas.document(uri) != nil { continue }
            guard let metaschema = try metaschema(of: dialect) else { continue }
            for violation in metaschema.violations(store.viewWithoutForeign(resource), limit: 20) {
                let place = SchemaPlace(resource: resource, pointer: violation.location.pointer)
                store.report(.schemaMetaschema, place, violation.message(subject: "the value"))
            }
        }
    }

    private func metaschema(of dialect: SchemaDialect) throws(SchemaError) -> CompiledSchema? {
        if let known = try Metaschemas.compiled(dialect) { return known }
        guard let document = store.registered(dialect.metaschema) else { return nil }
        var options = options
        options.checksMetaschema = false
        options.formats = .annotate
        let compiler = SchemaCompiler(registry: store.registry, options: options)
        return CompiledSchema(try compiler.compile(document, baseURI: dialect.metaschema), options)
    }

    /// Reports nodes that lead back to themselves for the same value.
    private func findLoops() {
        enum State { case new, open, done }
        var states = [State](repeating: .new, count: drafts.count)
        for start in drafts.indices where states[start] == .new {
            var path: [(node: Int, rest: [Int])] = [(start, drafts[start].inPlace)]
            states[start] = .open
            while let last = path.indices.last {
                guard let next = path[last].rest.popLast() else {
                    states[path[last].node] = .done
                    path.removeLast()
                    continue
                }
                switch states[next] {
                case .done: break
                case .new:
                    states[next] = .open
                    path.append((next, drafts[next].inPlace))
                case .open:
                    let loop = path.map(\.node).drop { $0 != next }.map { store.location(drafts[$0].place) }
                    store.report(
                        .schemaLoop, drafts[next].place,
                        "the schema refers to itself for the same value: "
                            + (loop + [store.location(drafts[next].place)]).joined(separator: " → "))
                    return
                }
            }
        }
    }
}
