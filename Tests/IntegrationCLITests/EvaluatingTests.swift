import Testing

@Suite("Evaluating from the command line", .timeLimit(.minutes(2)))
struct EvaluatingTests {
    let folder: Folder
    private let order =
        #"{"id": "A-1", "items": [{"sku": "x", "price": 12.50}, {"sku": "é", "price": 200}], "total": 212.50}"#

    init() throws { folder = try Folder() }

    @Test("A path gives the values as they are written, or where they are")
    func jsonPath() throws {
        let values = try Executable.run("eval", "jsonpath", "$.items[?@.price < 100].price", input: order, in: folder)
        #expect(values.status == 0)
        #expect(values.output == "[12.50]\n")
        let places = try Executable.run("eval", "jsonpath", "$..sku", "--locations", input: order, in: folder)
        #expect(places.output == #"["$['items'][0]['sku']","$['items'][1]['sku']"]"# + "\n")
        let bare = try Executable.run("eval", "jsonpath", "items[1].sku", input: order, in: folder)
        #expect(bare.output == "[\"é\"]\n")
    }

    @Test("A path that selects nothing gives an empty array")
    func nothing() throws {
        let result = try Executable.run("eval", "jsonpath", "$.nope", input: order, in: folder)
        #expect(result.status == 0)
        #expect(result.output == "[]\n")
    }

    @Test("A mistake in a path has a caret under it")
    func pathMistake() throws {
        let result = try Executable.run("eval", "jsonpath", "$.items[?@.é >]", input: order, in: folder)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.words.hasPrefix("Error: A JSONPath is not valid [IE2101]\nCause: "))
        #expect(result.words.contains("\n  $.items[?@.é >]\n                ^"))
    }

    @Test("The input may come from a file; one that is missing or no JSON is named")
    func input() throws {
        try folder.write("order.json", order)
        let result = try Executable.run("eval", "jsonpath", "id", "-i", "order.json", in: folder)
        #expect(result.output == "[\"A-1\"]\n")
        let missing = try Executable.run("eval", "jsonpath", "id", "--input", "nope.json", in: folder)
        #expect(missing.status == 1)
        #expect(missing.words.contains("Cause: nope.json: No such file or directory\n"))
        let broken = try Executable.run("eval", "jsonpath", "id", input: "{\"id\": 1,\n}", in: folder)
        #expect(broken.status == 1)
        #expect(broken.words.contains("standard input is not JSON: a key in quotes was expected at line 2, column 1"))
    }

    @Test("A patch is YAML or JSON; its mistakes and those of the document are told")
    func patches() throws {
        let patch = try Executable.run(
            "eval", "json-patch", "[{op: replace, path: /items/1/sku, value: y}, {op: remove, path: /items/0}]",
            input: order, in: folder)
        #expect(patch.output == #"{"id":"A-1","items":[{"sku":"y","price":200}],"total":212.50}"# + "\n")
        try folder.write("patch.json", #"{"items": null, "id": "{{ $ }}"}"#)
        let merge = try Executable.run("eval", "merge-patch", "patch.json", input: order, in: folder)
        #expect(merge.output == #"{"id":"{{ $ }}","total":212.50}"# + "\n")
        let wrong = try Executable.run("eval", "json-patch", "[{op: remove, path: /x}]", input: order, in: folder)
        #expect(wrong.status == 1)
        #expect(wrong.words.contains("Cause: patch[0] (remove /x): the document has no member `x` (at $.x)"))
        let broken = try Executable.run("eval", "json-patch", "[{op: remove", input: order, in: folder)
        #expect(broken.status == 1)
        #expect(broken.words.contains("argument:1:"))
    }

    @Test("A JSONata expression gives its value; without one nothing is printed")
    func jsonata() throws {
        let sum = try Executable.run("eval", "jsonata", "$sum(items.price) = total", input: order, in: folder)
        #expect(sum.output == "true\n")
        let none = try Executable.run("eval", "jsonata", "nope", input: order, in: folder)
        #expect(none.status == 0)
        #expect(none.output.isEmpty)
        #expect(none.words == "no value\n")
        let wrong = try Executable.run("eval", "jsonata", "total +", input: order, in: folder)
        #expect(wrong.status == 1)
        #expect(wrong.words.contains("\n  total +\n         ^"))
    }

    @Test("A template makes the document that a flow would make, from an argument or a file")
    func template() throws {
        let mapping = #"{id: $.id, "count": "{{ $count(items) }}", skus: "$.items[*].sku"}"#
        let made = #"{"id":"A-1","count":2,"skus":["x","é"]}"# + "\n"
        #expect(try Executable.run("eval", "template", mapping, input: order, in: folder).output == made)
        try folder.write("mapping.yaml", mapping)
        #expect(try Executable.run("eval", "template", "mapping.yaml", input: order, in: folder).output == made)
        let wrong = try Executable.run("eval", "template", "{id: '$.items['}", input: order, in: folder)
        #expect(wrong.status == 1)
        #expect(wrong.words.contains("IE2101"))
    }

    @Test("A schema names every violation with its path")
    func schema() throws {
        let schema = #"{"required": ["id", "customer"], "properties": {"total": {"maximum": 100}}}"#
        let result = try Executable.run("eval", "schema", schema, input: order, in: folder)
        #expect(result.status == 1)
        #expect(result.words.isEmpty)
        #expect(result.output.hasPrefix(#"{"valid":false,"violations":[{"path":""#))
        #expect(result.output.contains(#""code":"IE2201""#) && result.output.contains(#""code":"IE2204""#))
        let valid = try Executable.run("eval", "schema", #"{"required": ["id"]}"#, input: order, in: folder)
        #expect(valid.status == 0)
        #expect(valid.output == #"{"valid":true,"violations":[]}"# + "\n")
    }

    @Test("A schema that is no JSON has a caret under the place")
    func brokenSchema() throws {
        let result = try Executable.run("eval", "schema", #"{"type": }"#, input: order, in: folder)
        #expect(result.status == 1)
        #expect(result.words.contains("\n  {\"type\": }\n           ^"))
    }
}
