import ConnectorTestSupport
import Testing

/// The tutorials are run as a reader would run them, so that they can't grow old.
@Suite(
    "Tutorials", .timeLimit(.minutes(5)), .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct TutorialTests {
    @Test
    func `each command of the tutorial from a webhook to PostgreSQL says what the page says`() throws {
        let (broker, database) = (try RabbitServer.shared(), try PostgresServer.shared())
        // What an earlier run against the same servers left.
        try database.sql("drop database if exists shop with (force)")
        _ = try? broker.control("delete_queue", "shop-orders")
        let tutorial = try Tutorial(
            "orders-to-postgres.md",
            replacing: [
                "25432": "\(database.port)", "25672": "\(broker.port)", "8080": "\(try NginxServer.freePort())",
            ])
        let folder = try Folder()
        for file in tutorial.files { try folder.write(file.name, file.text) }
        let terminal = try Terminal(in: folder)
        #expect(tutorial.commands.count > 20)
        for command in tutorial.commands {
            let said = try terminal.run(command.text, until: { command.isAnswered(by: $0) })
            guard !command.isAnswered(by: said) else { continue }
            let log = TemporaryFolder.contents(of: folder.path("engine.log")) ?? "no engine has run"
            Issue.record("$ \(command.text)\nsays\n\(said)\nin the place of\n\(command.answer)\n\(log)")
            return
        }
    }

    @Test
    func `an answer matches where everything beside its ellipses is there in order`() {
        func matches(_ answer: String, _ said: String) -> Bool {
            Tutorial.Command(text: "", answer: answer).isAnswered(by: said)
        }
        #expect(matches("a … c\n", "a b c\n"))
        #expect(matches("…c\n", "a\nb\nc\n"))
        #expect(matches("", ""))
        #expect(!matches("", "a\n"))
        #expect(!matches("a … c\n", "a b c d\n"))
        #expect(!matches("a\n", "b\na\n"))
        #expect(!matches("b…a…\n", "a b\n"))
    }
}
