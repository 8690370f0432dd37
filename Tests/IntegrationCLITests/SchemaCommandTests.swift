import Testing

@Suite("Schemas of a configuration", .timeLimit(.minutes(2)))
struct SchemaCommandTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write("order-1.json", "{\"required\": [\"id\"]}\n")
        try folder.write(
            "integration.yaml",
            """
            schemas:
              order: {versions: {1: order-1.json, 2: {schema: {required: [id, total]}}}, latest: 1}
              note: {schema: {type: string}}
              invoice: {type: xsd, path: invoice.xsd}

            """)
    }

    @Test("Every version is listed, with the one that a bare name means")
    func list() throws {
        let result = try Executable.run("schema", "list", "-o", "jsonl", in: folder)
        #expect(
            result.output == """
                {"schema":"order@1","latest":"yes","type":"json_schema","place":"order-1.json"}
                {"schema":"order@2","latest":"no","type":"json_schema","place":"integration.yaml:2:3"}
                {"schema":"note","latest":"yes","type":"json_schema","place":"integration.yaml:3:3"}
                {"schema":"invoice","latest":"yes","type":"xsd","place":"invoice.xsd"}

                """)
    }

    @Test("A version is shown as flows use it; one that there is not is told with those there are")
    func show() throws {
        #expect(try Executable.run("schema", "show", "order", in: folder).output == "{\"required\": [\"id\"]}\n")
        #expect(
            try Executable.run("schema", "show", "order@2", in: folder).output == "{\"required\":[\"id\",\"total\"]}\n")
        let missing = try Executable.run("schema", "show", "order@3", in: folder)
        #expect(missing.status == 1)
        #expect(missing.words.contains("the configuration has no schema `order@3`"))
        #expect(missing.words.contains("Did you mean `order@"))
        let unread = try Executable.run("schema", "show", "invoice", in: folder)
        #expect(unread.words.contains("invoice.xsd: No such file or directory"))
    }

    @Test("A configuration with mistakes shows them")
    func mistakes() throws {
        try folder.write("integration.yaml", "schemas: {order: {versions: {1: a}, latest: 2}}\n")
        let result = try Executable.run("schema", "list", in: folder)
        #expect(result.status == 78)
        #expect(result.words.contains("`latest` in `schemas.order` is `2`, which is none of its versions"))
    }
}
