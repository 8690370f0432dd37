import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

/// What the drafts without a suite at hand demand, place by place of their specifications.
@Suite("JSON Schema: drafts in detail")
struct DraftAuditTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let draft: SchemaDialect
        let schema: String
        var valid: [String] = []
        var invalid: [String] = []
        var testDescription: String { "\(draft.metaschema): \(schema)" }
    }

    static let draft4: [Case] = [
        // Validation, 5.1: bounds are modified by booleans, which mean nothing without a bound.
        Case(
            draft: .draft4, schema: #"{"maximum":3,"exclusiveMaximum":true}"#, valid: ["2.99"], invalid: ["3", "3.0"]),
        Case(
            draft: .draft4, schema: #"{"minimum":-2,"exclusiveMinimum":false}"#, valid: ["-2", "-2.0"],
            invalid: ["-2.01"]),
        // Core, 3.5: an integer has no fraction and no exponent, whatever its value.
        Case(
            draft: .draft4, schema: #"{"type":"integer"}"#,
            valid: ["1", "-98249283749234923498293171823948729348710298301928331"], invalid: ["1.0", "1e2"]),
        Case(draft: .draft4, schema: #"{"type":"number"}"#, valid: ["1", "1.0"]),
        // What later drafts brought means nothing.
        Case(
            draft: .draft4,
            schema:
                ##"{"const":1,"contains":{"type":"null"},"propertyNames":{"maxLength":1},"if":{},"then":{"type":"null"},"examples":1,"$id":"#x"}"##,
            valid: ["2", "[1]", #"{"abc":1}"#]),
        Case(
            draft: .draft4,
            schema:
                #"{"dependentRequired":{"a":["b"]},"minContains":2,"unevaluatedItems":{"type":"null"},"prefixItems":[{"type":"null"}]}"#,
            valid: [#"{"a":1}"#, "[1]"]),
        // Core, 7.2: `id` sets the base, a fragment alone is a name, `$ref` leaves its neighbours without meaning.
        Case(
            draft: .draft4,
            schema:
                ##"{"id":"http://e.x/a/","items":{"$ref":"b#c"},"definitions":{"x":{"id":"b","definitions":{"y":{"id":"#c","type":"string"}}}}}"##,
            valid: [#"["a"]"#], invalid: ["[1]"]),
        Case(
            draft: .draft4,
            schema:
                ##"{"definitions":{"a":{"type":"array"}},"properties":{"p":{"$ref":"#/definitions/a","maxItems":1}}}"##,
            valid: [#"{"p":[1,2]}"#], invalid: [#"{"p":1}"#]),
        Case(
            draft: .draft4,
            schema:
                ##"{"id":"http://e.x/r","definitions":{"a":{"id":"http://e.x/s","type":"string"},"b":{"$ref":"s","id":"http://elsewhere/"}},"properties":{"p":{"$ref":"#/definitions/b"}}}"##,
            valid: [#"{"p":"x"}"#], invalid: [#"{"p":1}"#]),
        Case(
            draft: .draft4,
            schema: ##"{"enum":[{"id":"http://e.x/e","type":"null"}],"properties":{"$id":{"type":"string"}}}"##,
            valid: [#"{"id":"http://e.x/e","type":"null"}"#], invalid: ["null"]),
        // Validation, 5.4.5: `dependencies` takes schemas and lists of at least one name.
        Case(
            draft: .draft4, schema: #"{"dependencies":{"a":["b"],"c":{"minProperties":3}}}"#,
            valid: [#"{"a":1,"b":1}"#, "{}", "[]"], invalid: [#"{"a":1}"#, #"{"c":1,"d":1}"#]),
        Case(draft: .draft4, schema: #"{"additionalItems":false}"#, valid: ["[1,2]"]),
        Case(draft: .draft4, schema: #"{"items":{},"additionalItems":false}"#, valid: ["[1,2]"]),
        Case(
            draft: .draft4, schema: ##"{"$ref":"http://json-schema.org/draft-04/schema#"}"##,
            valid: [#"{"minLength":1}"#],
            invalid: [
                #"{"minLength":-1}"#, #"{"required":[]}"#, #"{"exclusiveMinimum":true}"#, #"{"dependencies":{"a":[]}}"#,
                #"{"items":true}"#,
            ]),
    ]

    static let draft6: [Case] = [
        Case(
            draft: .draft6, schema: #"{"exclusiveMaximum":3,"exclusiveMinimum":1}"#, valid: ["2", "1.01"],
            invalid: ["1", "3.0"]),
        Case(
            draft: .draft6, schema: #"{"type":"integer"}"#, valid: ["1.0", "1e2", "1.20e1"], invalid: ["1.5", "1e-1"]),
        Case(
            draft: .draft6, schema: #"{"contains":{"minimum":5},"minContains":2,"maxContains":0}"#,
            valid: ["[5]", "{}"], invalid: ["[]", "[1]"]),
        Case(
            draft: .draft6, schema: #"{"const":{"a":[1.0,false]}}"#, valid: [#"{"a":[1,false]}"#],
            invalid: [#"{"a":[true,false]}"#, #"{"a":[1,0]}"#]),
        Case(
            draft: .draft6, schema: #"{"dependencies":{"a":[],"b":true,"c":false}}"#,
            valid: [#"{"a":1}"#, #"{"b":1}"#], invalid: [#"{"c":1}"#]),
        Case(
            draft: .draft6, schema: #"{"items":[true,false],"additionalItems":{"type":"null"}}"#, valid: ["[1]", "[]"],
            invalid: ["[1,2]"]),
        Case(draft: .draft6, schema: #"{"required":[],"propertyNames":true}"#, valid: ["{}"]),
        Case(draft: .draft6, schema: #"{"if":{"type":"null"},"then":false,"else":false}"#, valid: ["1", "null"]),
        Case(
            draft: .draft6,
            schema:
                ##"{"$id":"http://e.x/base/","properties":{"p":{"$ref":"leaf"}},"definitions":{"q":{"$id":"folder/","definitions":{"l":{"$id":"../leaf","type":"null"}}}}}"##,
            valid: [#"{"p":null}"#], invalid: [#"{"p":1}"#]),
        Case(
            draft: .draft6,
            schema:
                ##"{"id":"http://e.x/not-an-id","properties":{"p":{"$ref":"#/definitions/n"}},"definitions":{"n":{"type":"null"}}}"##,
            valid: [#"{"p":null}"#], invalid: [#"{"p":1}"#]),
        Case(
            draft: .draft6,
            schema: ##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}},"maxLength":1}"##,
            valid: [#""abc""#], invalid: ["1"]),
        Case(draft: .draft6, schema: #"{"contentEncoding":"base64","$comment":1}"#, valid: [#""?""#]),
        Case(
            draft: .draft6, schema: ##"{"$ref":"http://json-schema.org/draft-06/schema#"}"##,
            valid: [#"{"exclusiveMinimum":1}"#, "true", #"{"required":[]}"#],
            invalid: [#"{"exclusiveMinimum":true}"#, #"{"$id":1}"#]),
    ]

    static let draft2019: [Case] = [
        // Core, 8.2.4.2: without an anchor at the target, `$recursiveRef` is a plain reference.
        Case(
            draft: .draft2019, schema: ##"{"properties":{"p":{"$recursiveRef":"#"}},"additionalProperties":false}"##,
            valid: [#"{"p":{"p":{}}}"#], invalid: [#"{"q":1}"#, #"{"p":{"q":1}}"#]),
        Case(
            draft: .draft2019,
            schema:
                ##"{"$id":"http://e.x/outer","$defs":{"o":{"$id":"inner","$recursiveAnchor":true,"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"$recursiveRef":"#"}}]}},"anyOf":[{"type":"integer"},{"$ref":"#/$defs/o"}]}"##,
            valid: ["1", #"{"a":"b"}"#, #"{"a":{"b":"c"}}"#], invalid: [#"{"a":1}"#, #"{"a":{"b":1}}"#]),
        // With anchors on both, the outermost one is meant.
        Case(
            draft: .draft2019,
            schema:
                ##"{"$id":"http://e.x/outer","$recursiveAnchor":true,"$defs":{"o":{"$id":"inner","$recursiveAnchor":true,"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"$recursiveRef":"#"}}]}},"anyOf":[{"type":"integer"},{"$ref":"#/$defs/o"}]}"##,
            valid: ["1", #"{"a":"b"}"#, #"{"a":1}"#, #"{"a":{"b":1}}"#], invalid: ["null", #"{"a":null}"#]),
        Case(
            draft: .draft2019,
            schema:
                ##"{"$id":"http://e.x/outer","$recursiveAnchor":false,"$defs":{"o":{"$id":"inner","$recursiveAnchor":true,"type":["string","object"],"additionalProperties":{"$recursiveRef":"#"}}},"anyOf":[{"type":"integer"},{"$ref":"#/$defs/o"}]}"##,
            valid: ["1", #"{"a":"b"}"#], invalid: [#"{"a":1}"#]),
        // Which one that is, only the value decides.
        Case(
            draft: .draft2019,
            schema:
                ##"{"$id":"http://e.x/main","$defs":{"inner":{"$id":"inner","$recursiveAnchor":true,"additionalProperties":{"$recursiveRef":"#"}}},"if":{"propertyNames":{"pattern":"^[a-m]"}},"then":{"$id":"any","$recursiveAnchor":true,"$ref":"main#/$defs/inner"},"else":{"$id":"int","$recursiveAnchor":true,"type":["object","integer"],"$ref":"main#/$defs/inner"}}"##,
            valid: [#"{"alpha":1.1}"#, #"{"november":1}"#], invalid: [#"{"november":1.1}"#]),
        // Core, 9.3: lists under `items`; contains evaluates nothing; neighbours of `$ref` count.
        Case(
            draft: .draft2019, schema: #"{"contains":{"type":"string"},"unevaluatedItems":false}"#,
            invalid: [#"["a"]"#, "[1]"]),
        Case(
            draft: .draft2019, schema: #"{"additionalItems":{"type":"number"},"unevaluatedItems":{"type":"string"}}"#,
            valid: [#"["a"]"#], invalid: ["[1]"]),
        Case(
            draft: .draft2019,
            schema: #"{"items":[{"type":"number"}],"additionalItems":true,"unevaluatedItems":false}"#,
            valid: [#"[1,"a"]"#], invalid: [#"["a"]"#]),
        Case(
            draft: .draft2019, schema: #"{"items":{"type":"number"},"unevaluatedItems":false}"#, valid: ["[1,2]"],
            invalid: [#"["a"]"#]),
        Case(
            draft: .draft2019, schema: #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#,
            valid: ["[1,1]", "[1,0,1,1]"], invalid: ["[1]", "[1,1,1,1]"]),
        Case(draft: .draft2019, schema: #"{"contains":{"const":1},"minContains":0}"#, valid: ["[]", "[2]"]),
        Case(
            draft: .draft2019, schema: ##"{"$ref":"#/$defs/a","maxLength":1,"$defs":{"a":{"type":"string"}}}"##,
            valid: [#""a""#], invalid: [#""ab""#, "1"]),
        Case(
            draft: .draft2019, schema: #"{"dependentSchemas":{"a":false},"dependencies":{"b":["c"]}}"#,
            invalid: [#"{"a":1}"#, #"{"b":1}"#]),
        Case(
            draft: .draft2019,
            schema:
                ##"{"$id":"http://e.x/r","properties":{"p":{"$ref":"s#n"}},"$defs":{"s":{"$id":"s","$defs":{"n":{"$anchor":"n","type":"null"}}}}}"##,
            valid: [#"{"p":null}"#], invalid: [#"{"p":1}"#]),
        Case(
            draft: .draft2019,
            schema: #"{"contentEncoding":"base64","contentMediaType":"application/json","contentSchema":false}"#,
            valid: [#""?""#]),
        Case(draft: .draft2019, schema: #"{"$dynamicRef":"x","$dynamicAnchor":1}"#, valid: ["1"]),
        Case(
            draft: .draft2019, schema: #"{"$ref":"https://json-schema.org/draft/2019-09/schema"}"#,
            valid: [#"{"items":[{}]}"#],
            invalid: [##"{"$id":"#a"}"##, #"{"$anchor":"_a"}"#, #"{"minContains":-1}"#, #"{"$recursiveRef":1}"#]),
    ]

    static let several: [Case] = [
        // RFC 8141: URNs as identifiers.
        Case(
            draft: .draft7,
            schema:
                ##"{"$id":"urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed","properties":{"p":{"$ref":"#/definitions/n"},"q":{"$ref":"urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed#/definitions/n"}},"definitions":{"n":{"type":"null"}}}"##,
            valid: [#"{"p":null,"q":null}"#], invalid: [#"{"p":1}"#, #"{"q":1}"#]),
        // RFC 6901, 6: pointers in fragments are percent-encoded, tokens escaped.
        Case(
            draft: .draft2019,
            schema: ##"{"$ref":"#/$defs/a~1b~0c%25d%22/x","$defs":{"a/b~c%d\"":{"x":{"type":"null"}}}}"##,
            valid: ["null"], invalid: ["1"]),
        Case(
            draft: .draft4,
            schema:
                ##"{"allOf":[{"$ref":"#/definitions//definitions/"}],"definitions":{"":{"definitions":{"":{"type":"null"}}}}}"##,
            valid: ["null"], invalid: ["1"]),
        Case(
            draft: .draft6,
            schema:
                ##"{"$id":"file:///c:/folder/file.json","definitions":{"n":{"type":"null"}},"allOf":[{"$ref":"#/definitions/n"}]}"##,
            valid: ["null"], invalid: ["1"]),
        // A schema of another draft inside is read by its own rules.
        Case(
            draft: .draft2020,
            schema:
                ##"{"$ref":"http://e.x/old","$defs":{"o":{"$id":"http://e.x/old","$schema":"http://json-schema.org/draft-07/schema#","prefixItems":[false],"items":[{"type":"null"}]}}}"##,
            valid: ["[null]", "[]"], invalid: ["[1]"]),
        Case(
            draft: .draft7,
            schema:
                ##"{"allOf":[{"$ref":"http://e.x/new"}],"definitions":{"o":{"$id":"http://e.x/new","$schema":"https://json-schema.org/draft/2019-09/schema","dependentRequired":{"a":["b"]}}}}"##,
            valid: [#"{"b":1}"#], invalid: [#"{"a":1}"#]),
    ]

    @Test("Keywords mean what the draft says", arguments: draft4 + draft6 + draft2019 + several)
    func cases(_ test: Case) throws {
        let schema = try compiled(test.schema, options: SchemaOptions(defaultDialect: test.draft))
        for text in test.valid + test.invalid {
            let expected = test.valid.contains(text)
            try Document(text, policy: .lenient).withRoot { value in
                #expect(schema.isValid(value) == expected, "\(text)")
                #expect(schema.violations(value).isEmpty == expected, "\(text)")
            }
        }
    }

    @Test(
        "A schema that its draft does not allow is refused, and that of another is not",
        arguments: [
            (SchemaDialect.draft4, #"{"items":true}"#), (.draft4, #"{"exclusiveMinimum":3}"#), (.draft4, "true"),
            (.draft4, #"{"required":[]}"#), (.draft6, #"{"exclusiveMinimum":true,"minimum":1}"#),
            (.draft7, #"{"$ref":1}"#), (.draft2019, ##"{"$id":"#name"}"##), (.draft2019, ##"{"$anchor":"#a"}"##),
            (.draft2020, #"{"items":[{}]}"#), (.draft2020, #"{"$recursiveRef":1,"minContains":1.5}"#),
        ])
    func refused(_ draft: SchemaDialect, _ schema: String) {
        #expect(throws: SchemaError.self) { try compiled(schema, options: SchemaOptions(defaultDialect: draft)) }
    }

    @Test("`$schema` is known with and without its empty fragment, and by https for the older drafts")
    func dialects() throws {
        for name in [
            "http://json-schema.org/draft-04/schema", "http://json-schema.org/draft-04/schema#",
            "https://json-schema.org/draft-04/schema#",
        ] {
            #expect(try !isValid(#"{"$schema":"\#(name)","minimum":1,"exclusiveMinimum":true}"#, "1"))
        }
        for name in ["draft-06", "draft-07"] {
            #expect(try !isValid(#"{"$schema":"http://json-schema.org/\#(name)/schema#","const":1}"#, "2"))
        }
        for name in ["2019-09", "2020-12"] {
            #expect(
                try !isValid(
                    #"{"$schema":"https://json-schema.org/draft/\#(name)/schema#","dependentRequired":{"a":["b"]}}"#,
                    #"{"a":1}"#))
        }
        let unknown = try #require(throws: SchemaError.self) {
            try compiled(#"{"$schema":"http://e.x/own#","type":"null"}"#)
        }
        #expect(
            unknown.problems.first?.message
                == "$schema names http://e.x/own#, which is neither a known draft nor declared")
    }

    @Test("Contents are asserted by draft 7 where each draft decides, and never by those before and after")
    func contents() throws {
        for (dialect, expected) in [
            (SchemaDialect.draft6, true), (.draft7, false), (.draft2019, true), (.draft2020, true),
        ] {
            let options = SchemaOptions(contents: .byDraft, defaultDialect: dialect)
            let schema = #"{"contentMediaType":"application/json","contentEncoding":"base64"}"#
            #expect(try isValid(schema, #""e30=""#, options: options))
            #expect(try isValid(schema, #""{}""#, options: options) == expected)
        }
    }

    @Test("Formats check strings alone, and only where they are asserted")
    func formats() throws {
        for dialect in SchemaDialect.all {
            for format in ["date-time", "email", "hostname", "ipv4", "ipv6", "uri"] {
                let schema = #"{"format":"\#(format)"}"#
                #expect(try isValid(schema, #""@@ ""#, options: SchemaOptions(defaultDialect: dialect)))
                let options = SchemaOptions(formats: .assert, defaultDialect: dialect)
                #expect(try !isValid(schema, #""@@ ""#, options: options), "\(format)")
                for other in ["1", "null", "[]", "{}", "true", "1.5"] {
                    #expect(try isValid(schema, other, options: options))
                }
            }
            let unknown = SchemaOptions(formats: .assert, defaultDialect: dialect)
            #expect(try isValid(#"{"format":"unheard-of"}"#, #""@@ ""#, options: unknown))
        }
    }

    @Test("What a reference names is never fetched: it must be at hand")
    func network() throws {
        for uri in [
            "http://127.0.0.1:9/schema", "https://json-schema.org/draft/next/schema", "file:///etc/hostname",
            "ftp://e.x/a",
        ] {
            let error = try #require(throws: SchemaError.self) { try compiled(#"{"$ref":"\#(uri)"}"#) }
            #expect(error.problems.map(\.message) == ["\(uri) leads to the schema \(uri), which is not declared"])
        }
    }

    @Test("A resource of another draft inside a schema is checked by its own metaschema")
    func compound() throws {
        func schema(_ inner: String) -> String {
            ##"{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"o":{"$id":"http://e.x/o","$schema":"http://json-schema.org/draft-07/schema#",\##(inner)}}}"##
        }
        _ = try compiled(schema(#""items":[{"type":"null"}]"#))
        let error = try #require(throws: SchemaError.self) { try compiled(schema(#""minLength":-1"#)) }
        #expect(error.problems.map(\.location) == ["http://e.x/o#/minLength"])
    }

    @Test("An error names the keyword that is broken, where others that mean nothing stand beside it")
    func keywords() throws {
        let draft4 = SchemaOptions(defaultDialect: .draft4)
        #expect(
            try violations(#"{"const":1,"enum":[2]}"#, "3", options: draft4).map(\.message) == ["$ must be 2, but is 3"]
        )
        #expect(try violations(#"{"const":1,"enum":[1,2]}"#, "2").map(\.message) == ["$ must be 1, but is 2"])
        #expect(
            try violations(#"{"enum":[]}"#, "2", options: SchemaOptions(defaultDialect: .draft6)).map(\.message) == [
                "$ must be nothing (no value is allowed), but is 2"
            ])
        let draft7 = SchemaOptions(defaultDialect: .draft7)
        let dependencies = #"{"dependencies":{"a":["b"]},"dependentRequired":{"a":["c"]}}"#
        #expect(try violations(dependencies, #"{"a":1}"#, options: draft7).map(\.schemaLocation) == ["#/dependencies"])
        #expect(try violations(dependencies, #"{"a":1,"b":1}"#).map(\.schemaLocation) == ["#/dependentRequired"])
    }

    @Test(
        "Schemas of a configuration are one document under all their names; what can't be read is told where it is needed"
    )
    func declared() throws {
        func declare(_ names: [String], _ file: String?, _ text: String) -> DeclaredSchema {
            DeclaredSchema(names: names, file: file) { () throws(IntegrationError) in
                NamedText(name: names[0], text: Array(text.utf8), place: names[0], file: file)
            }
        }
        let registry = SchemaRegistry([
            declare(["a@1", "a"], "s/a b.json", #"{"properties":{"n":{"$ref":"parts/n.json"}}}"#),
            declare(["n"], "s/parts/n.json", #"{"type":"null"}"#), declare(["broken"], nil, "{"),
            DeclaredSchema(names: ["gone"], file: "s/gone.json") { () throws(IntegrationError) in
                throw IntegrationError(.fileNotFound, "s/gone.json: No such file or directory")
            },
        ])
        for reference in ["schema:a", "schema:a@1", "file:s/a%20b.json"] {
            let schema = try compiled(#"{"$ref":"\#(reference)"}"#, registry: registry)
            #expect(try Document(#"{"n":null}"#).withRoot { schema.isValid($0) })
            #expect(try !Document(#"{"n":1}"#).withRoot { schema.isValid($0) })
        }
        for (name, reason) in [
            ("broken", "which can't be used: it is not JSON"),
            ("gone", "which can't be used: s/gone.json: No such file"), ("b", "which is not declared"),
        ] {
            let error = try #require(throws: SchemaError.self) {
                try compiled(#"{"$ref":"schema:\#(name)"}"#, registry: registry)
            }
            #expect(error.description.contains(reason), "\(error)")
        }
    }
}
