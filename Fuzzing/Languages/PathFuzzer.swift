internal import FuzzerSupport
internal import IntegrationDocument

@testable internal import IntegrationTransforms

/// JSONPath: a path, and a document behind a separator.
enum PathFuzzer: Fuzzer {
    static let name = "jsonpath"
    private static let budget = JSONPathBudget(steps: 200_000, nodes: 20_000)

    static func check(_ input: [UInt8]) {
        let parts = parts(input, most: 2)
        guard let text = text(parts, 0) else { return }
        let document = document(parts, 1)
        withinTime {
            if let path = compile(text, { text throws(JSONPathError) in try JSONPath(text) }) {
                document.withRoot { check(path, $0) }
                require(compile(text, JSONPath.init(bare:)) != nil, "a whole path is no bare one")
                _ = compile(text, PathExpression.init)
            } else {
                _ = compile(text, JSONPath.init(bare:)).map { path in document.withRoot { check(path, $0) } }
                _ = compile(text, PathExpression.init)
            }
        }
    }

    private static func compile<R>(_ text: String, _ make: (String) throws(JSONPathError) -> R) -> R? {
        do {
            return try make(text)
        } catch {
            require((0...text.utf8.count).contains(error.offset), "the place is outside of the text: \(error)")
            require(!error.message.isEmpty, "nothing is said")
            return nil
        }
    }

    private static func check(_ path: JSONPath, _ root: View) {
        var nodes = NodeList()
        var again = NodeList()
        do {
            try path.evaluate(root, into: &nodes, budget: budget)
            try path.evaluate(root, into: &again, budget: budget)
        } catch {
            return
        }
        require(nodes.count == again.count, "the second run selects \(again.count) values, the first \(nodes.count)")
        require(!path.isSingular || nodes.count <= 1, "a singular path selects \(nodes.count) values")
        do {
            let count = try path.count(in: root, budget: JSONPathBudget())
            require(count == nodes.count, "it counts \(count) and selects \(nodes.count)")
            let first = try path.first(in: root, budget: JSONPathBudget())
            require(first?.pointer == (nodes.count == 0 ? nil : nodes[0]), "the first value is another one")
        } catch {
            require(false, "the larger budget is used up: \(error)")
        }
        for index in 0..<min(nodes.count, 50) {
            require(nodes[index] == again[index], "the second run selects another value")
            checkPlace(of: nodes[index], root)
        }
    }

    /// The normalised path of a value is a singular path that leads to it.
    private static func checkPlace(of node: UnsafePointer<Word>, _ root: View) {
        guard let place = NormalizedPath.text(of: node, in: root) else {
            return require(false, "a selected value has no place")
        }
        do {
            let path = try JSONPath(place)
            require(path.isSingular, "the place \(place) is not singular")
            require(path.single(in: root)?.pointer == node, "the place \(place) leads elsewhere")
        } catch {
            require(false, "the place \(place) is no path: \(error)")
        }
    }
}
