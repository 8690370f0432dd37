import ConnectorTestSupport
import Testing

@Suite("A machine without librabbitmq")
struct RabbitLibraryTests {
    @Test("Who needs the library is told what is missing, and everything else goes on")
    func missing() throws {
        let folder = try Folder()
        try folder.write(
            "integration.yaml",
            """
            connectors:
              broker: {type: rabbitmq, url: "amqp://127.0.0.1:1"}
            flows:
              copy:
                source: {type: file, path: in.ndjson, format: ndjson}
                destination: {type: file, path: out.ndjson}

            """)
        try folder.write("in.ndjson", "{\"n\":1}\n")
        // Found first, and no library.
        try folder.write("librabbitmq.so.4", "")
        let environment = ["LD_LIBRARY_PATH=\(folder.root)"]
        let probe = try Executable.run("connector", "test", "broker", in: folder, environment: environment)
        let said = probe.output + probe.words
        #expect(probe.status == 69, "\(said)")
        #expect(said.contains("librabbitmq is not installed [IE3409]"))
        #expect(said.contains("apt install librabbitmq4"))
        let run = try Executable.run("run", "--until-idle", in: folder, environment: environment)
        #expect(run.status == 0, "\(run.words)")
        #expect(try folder.read("out.ndjson") == "{\"n\":1}\n")
    }
}
