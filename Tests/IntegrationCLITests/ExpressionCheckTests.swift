import Testing

/// What `check` says of expressions before any message comes.
@Suite("Checking expressions", .timeLimit(.minutes(2)))
struct ExpressionCheckTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func check(_ text: String, environment: [String] = []) throws -> Executable.Result {
        try folder.write("integration.yaml", text)
        return try Executable.run("check", in: folder, environment: environment)
    }

    @Test("Unknown functions, wrong numbers of arguments and unbound variables are shown where they stand")
    func functions() throws {
        let result = try check(
            """
            storage: ./data
            flows:
              f:
                source: {type: generate, interval: 1s, body: x}
                steps:
                  - filter: $contians(id, "x") and $substring(id)
                  - filter: '$length(a, b) = $limit'
                destination: {type: drop}
            """)
        #expect(result.status == 78)
        #expect(
            result.words == """
                error[IE1010]: `condition` in step `filter` of flow `f`: there is no function $contians; did you mean $contains?
                 --> integration.yaml:6:17
                6 |       - filter: $contians(id, "x") and $substring(id)
                  |                 ^^^^^^^^^

                error[IE1010]: `condition` in step `filter` of flow `f`: $length takes at most one argument, not 2
                 --> integration.yaml:7:18
                7 |       - filter: '$length(a, b) = $limit'
                  |                  ^^^^^^^

                warning[IE1062]: `condition` in step `filter` of flow `f`: nothing binds the variable $limit
                 --> integration.yaml:7:34
                7 |       - filter: '$length(a, b) = $limit'
                  |                                  ^^^^^^

                2 errors, 1 warning. Next: integration explain IE1010

                """)
    }

    private static let schema = """
        storage: ./data
        schemas:
          order:
            schema:
              type: object
              additionalProperties: false
              properties:
                id: {type: string}
                items: {type: array, items: {$ref: "#/$defs/item"}}
              $defs:
                item: {type: object, additionalProperties: false, properties: {sku: {type: string}}}

        """

    @Test(
        "Paths that the schema of an earlier step rules out are errors, in templates too, and so are those that a step left out"
    )
    func schemas() throws {
        let result = try check(
            Self.schema + """
                templates:
                  slim: {mapping: {id: $.idd, skus: "$.items[*].skuu"}}
                flows:
                  f:
                    source: {type: generate, interval: 1s, body: x}
                    steps:
                      - filter: before.it.is = "checked"
                      - validate: order
                      - filter: itms[0].sku = "a" and $exists(gone)
                      - transform: slim
                      - filter: skis[0] = "a"
                      - json_patch: [{op: add, path: /extra, value: "{{ idx }}"}]
                      - transform: {expression: '$merge([$, {"a": 1}])'}
                      - filter: anything.goes
                    destination: {type: drop}
                """)
        #expect(result.status == 78)
        #expect(
            result.words == """
                error[IE1010]: `id` in `templates.slim.mapping`: no message that the schema accepts has `idd` here; did you mean `id`? (schema `order`)
                  --> integration.yaml:13:24
                13 |   slim: {mapping: {id: $.idd, skus: "$.items[*].skuu"}}
                   |                        ^^^^^

                error[IE1010]: `skus` in `templates.slim.mapping`: no message that the schema accepts has `skuu` here; did you mean `sku`? (schema `order`)
                  --> integration.yaml:13:37
                13 |   slim: {mapping: {id: $.idd, skus: "$.items[*].skuu"}}
                   |                                     ^^^^^^^^^^^^^^^^^

                error[IE1010]: `condition` in step `filter` of flow `f`: no message that the schema accepts has `itms` here; did you mean `items`? (schema `order`)
                  --> integration.yaml:20:17
                20 |       - filter: itms[0].sku = "a" and $exists(gone)
                   |                 ^^^^

                error[IE1010]: `condition` in step `filter` of flow `f`: no message that the step makes has `skis` here; did you mean `skus`? (step `transform`)
                  --> integration.yaml:22:17
                22 |       - filter: skis[0] = "a"
                   |                 ^^^^

                error[IE1010]: `value` in `patch[0]` of step `json_patch` of flow `f`: no message that the step makes has `idx` here; did you mean `id`? (step `transform`)
                  --> integration.yaml:23:57
                23 |       - json_patch: [{op: add, path: /extra, value: "{{ idx }}"}]
                   |                                                         ^^^

                5 errors. Next: integration explain IE1010

                """)
    }

    @Test("An array that may collapse is a warning that suggests `[]`")
    func collapsing() throws {
        let result = try check(
            Self.schema + """
                flows:
                  f:
                    source: {type: generate, interval: 1s, body: x}
                    steps:
                      - validate: order
                      - transform:
                          expression: '{"id": id, "lines": items.{"sku": sku}, "skus": items[].sku, "first": items[0].sku}'
                    destination: {type: drop}
                """)
        #expect(result.status == 0)
        #expect(
            result.words.contains(
                """
                warning[IE1062]: `expression` in step `transform` of flow `f`: `items` is an array, but where it has one element \
                the path gives that element alone
                  --> integration.yaml:18:44

                """))
        #expect(result.words.contains("^^^^^ write `items[]`, or `[ … ]` around the path, to keep an array\n"))
        #expect(result.words.contains("1 warning"))
    }

    @Test("Expressions read the variables of the environment that the configuration allows, and no others")
    func environment() throws {
        func flow(_ allowed: String) -> String {
            """
            \(allowed)storage: ./data
            flows:
              f:
                source: {type: generate, interval: 10ms, count: 1, body: {a: 1}}
                steps:
                  - transform: {mapping: {region: "{{ $env.REGION }}", all: "{{ $env }}", from: "{{ $meta.source }}"}}
                destination: {type: stdout}
            """
        }
        let refused = try check(flow(""))
        #expect(refused.status == 78)
        #expect(
            refused.words.contains(
                """
                error[IE1010]: `region` in `mapping` of step `transform` of flow `f`: expressions may not read the variable \
                `REGION` of the environment
                """))
        #expect(refused.words.contains("allow it: `expressions: {environment: [REGION]}`"))

        #expect(try check(flow("expressions: {environment: [REGION]}\n")).status == 0)
        let result = try Executable.run(
            "run", "--until-idle", "integration.yaml", in: folder, environment: ["REGION=eu", "SECRET=no"])
        #expect(result.status == 0)
        #expect(result.output == #"{"region":"eu","all":{"REGION":"eu"},"from":"source"}"# + "\n")
    }

    @Test("Mistakes in a mapping are shown where they stand; what a literal holds is none")
    func mappings() throws {
        let result = try check(
            """
            storage: ./data
            flows:
              f:
                source: {type: generate, interval: 1s, body: x}
                steps:
                  - transform:
                      mapping:
                        a: $.items[
                        b: "no. {{ 1 + }}"
                        c: {$literal: {d: "$.items[", e: "{{ 1 + }}"}}
                        f: $$5
                destination: {type: drop}
            """)
        #expect(result.status == 78)
        #expect(result.words.contains("--> integration.yaml:8:"))
        #expect(result.words.contains("--> integration.yaml:9:"))
        #expect(result.words.contains("2 errors. Next: integration explain IE1010"))
    }
}
