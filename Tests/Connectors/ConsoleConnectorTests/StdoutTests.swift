import ConnectorTestSupport
import ConsoleConnector
import Glibc
import IntegrationCore
import Testing

@Suite struct StdoutTests {
    private func everything(from descriptor: Int32) -> String {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &part, part.count), count > 0 { all += part[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    @Test func `Each batch is written at once, a line a message`() async throws {
        let pipe = try StdinTests.Pipe()
        try await StdoutDestination(descriptor: pipe.writing).withSender(in: .quiet()) { sender in
            _ = try await sender.send(Batch(["a", "{\n\"b\": 1}"]))
            var part = [UInt8](repeating: 0, count: 100)
            let count = read(pipe.reading, &part, part.count)
            #expect(String(decoding: part.prefix(max(0, count)), as: UTF8.self) == "a\n{\"b\":1}\n")
            _ = try await sender.send(Batch(["c"]))
        }
        pipe.end()
        #expect(everything(from: pipe.reading) == "c\n")
        close(pipe.reading)
    }

    @Test func `A reader that has gone is a clear error, not the end of the process`() async throws {
        let pipe = try StdinTests.Pipe()
        close(pipe.reading)
        try await StdoutDestination(descriptor: pipe.writing).withSender(in: .quiet()) { sender in
            for _ in 0..<2 {
                let error = await failure { _ = try await sender.send(Batch(["a"])) }
                #expect(error?.code == .outputClosed)
                #expect(error?.isRetryable == false)
                #expect(error?.description.contains("nobody reads standard output any more") == true)
            }
        }
        pipe.end()
    }

    @Test func `Several lanes' lines are never mixed, through a pipe that is often full`() async throws {
        let pipe = try StdinTests.Pipe()
        let part = String(repeating: "x", count: 3_000)
        let text = try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { everything(from: pipe.reading) }
            group.addTask {
                try await StdoutDestination(descriptor: pipe.writing).withSender(in: .quiet()) { sender in
                    try await withThrowingTaskGroup(of: Void.self) { lanes in
                        for lane in 0..<4 {
                            lanes.addTask {
                                for number in 0..<50 { _ = try await sender.send(Batch(["\(lane)-\(number)-\(part)"])) }
                            }
                        }
                        try await lanes.waitForAll()
                    }
                }
                pipe.end()
                return ""
            }
            return try await group.reduce("", +)
        }
        close(pipe.reading)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 200 && Set(lines).count == 200)
        #expect(lines.allSatisfy { $0.hasSuffix("-" + part) && $0.utf8.count < 3_010 })
    }

    @Test func `A write that nobody reads ends when its task is cancelled`() async throws {
        let pipe = try StdinTests.Pipe()
        let error = await withTaskGroup(of: IntegrationError?.self) { group in
            group.addTask {
                await failure {
                    try await StdoutDestination(descriptor: pipe.writing).withSender(in: .quiet()) { sender in
                        _ = try await sender.send(Batch([String(repeating: "x", count: 1 << 20)]))
                    }
                }
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error?.code == .streamFailed)
        pipe.end()
        close(pipe.reading)
    }

    @Test func `The catalog makes both`() throws {
        var catalog = Catalog()
        ConsoleConfiguration.register(in: &catalog)
        #expect(catalog.makers.sources["stdin"] != nil)
        #expect(catalog.makers.destinations["stdout"] != nil)
    }
}
