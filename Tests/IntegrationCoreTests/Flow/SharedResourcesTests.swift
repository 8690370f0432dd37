import IntegrationCore
import Synchronization
import Testing

@Suite("What flows share", .timeLimit(.minutes(1)))
struct SharedResourcesTests {
    private final class Port: SharedResource {
        let closed = Mutex(0)
        let handovers = Mutex(0)
        func close() async { closed.withLock { $0 += 1 } }
        func endHandover() { handovers.withLock { $0 += 1 } }
        var isClosed: Bool { closed.withLock { $0 > 0 } }
    }

    @Test("The first who uses it opens it, the last closes it, and those in between share it")
    func sharing() async throws {
        let shared = SharedResources()
        let port = Port()
        try await shared.use("p") {
            port
        } _: { first in
            try await shared.use("p") {
                Port()
            } _: { second in
                #expect(second === first)
            }
            #expect(!port.isClosed)
        }
        #expect(port.isClosed)
        let next = Port()
        try await shared.use("p") {
            next
        } _: {
            #expect($0 === next)
        }
        #expect(next.isClosed)
    }

    @Test("While it is held it stays open with nobody using it, and is closed afterwards unless somebody came")
    func holding() async throws {
        let shared = SharedResources()
        let kept = Port()
        let left = Port()
        shared.hold()
        #expect(shared.isHeld)
        for (name, port) in [("kept", kept), ("left", left)] {
            try await shared.use(name) {
                port
            } _: { _ in
            }
        }
        #expect(!kept.isClosed && !left.isClosed)
        try await shared.use("kept") {
            Port()
        } _: { port in
            #expect(port === kept)
            await shared.letGo()
            #expect(left.isClosed && !kept.isClosed)
            #expect(kept.handovers.withLock { $0 } == 1)
            #expect(left.handovers.withLock { $0 } == 0)
        }
        #expect(kept.isClosed)
        #expect(kept.closed.withLock { $0 } == 1)
        #expect(!shared.isHeld)
    }

    @Test("What can't be opened is tried anew by the next, and what `body` throws closes it")
    func failures() async throws {
        struct Failure: Error {}
        let shared = SharedResources()
        await #expect(throws: Failure.self) {
            try await shared.use("p") {
                throw Failure()
            } _: { (_: Port) in
            }
        }
        let port = Port()
        await #expect(throws: Failure.self) {
            try await shared.use("p") {
                port
            } _: { _ in
                throw Failure()
            }
        }
        #expect(port.isClosed)
    }

    /// Counts what is open.
    private final class Counted: SharedResource {
        private let count: Count
        init(_ count: Count) {
            self.count = count
            count.state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        }
        func close() async { count.state.withLock { $0.now -= 1 } }
        func endHandover() {}
    }

    private final class Count: Sendable {
        let state = Mutex((now: 0, most: 0))
    }

    @Test("Many at once share one; there are never two")
    func together() async throws {
        let shared = SharedResources()
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await shared.use("p") {
                        await Task.yield()
                        return Counted(count)
                    } _: { _ in
                        await Task.yield()
                        #expect(count.state.withLock { $0.now } == 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(count.state.withLock { $0 } == (0, 1))
    }

    @Test("One name can't stand for two kinds of things")
    func kinds() async throws {
        final class Other: SharedResource {
            func close() async {}
            func endHandover() {}
        }
        let shared = SharedResources()
        try await shared.use("p") {
            Port()
        } _: { port in
            await #expect(throws: IntegrationError.self) {
                try await shared.use("p") {
                    Other()
                } _: { _ in
                }
            }
            #expect(!port.isClosed)
        }
    }
}
