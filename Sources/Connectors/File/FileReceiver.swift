internal import FileSystemClient
internal import IntegrationCore
internal import IntegrationDocument
internal import Logging

/// An open file, or one file after another.
actor FileReceiver: Receiver {
    private let reader: RecordReader
    private let files: [String]
    private let follows: Bool
    private let pollInterval: Duration
    private let context: FlowContext
    private var current = 0
    private var state = State.closed
    private var progress = FileProgress()
    /// A lane is reading; the others wait for their turn.
    private var isReading = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private enum State {
        /// The current file is still to be opened.
        case closed
        case reading
        /// A followed file was replaced by another, which is read once this one is drained.
        case leaving
        case done
    }

    init(
        reader: RecordReader, files: [String], mode: FileSource.Mode, pollInterval: Duration, context: FlowContext
    ) {
        self.reader = reader
        self.files = files
        follows = mode == .follow
        self.pollInterval = pollInterval
        self.context = context
    }

    /// Opens the first file; one that is to be followed need not be there yet.
    func open() async throws(IntegrationError) {
        if try await !openCurrent() {
            context.logger.warning("waiting for a file to appear", metadata: ["path": "\(files[current])"])
        }
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        // One lane reads at a time, so that records are handed out in order.
        while isReading { await withCheckedContinuation { waiting.append($0) } }
        isReading = true
        defer {
            isReading = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        while let run = try await nextRun() {
            guard let delivery = delivery(of: run) else { continue }
            return delivery
        }
        return nil
    }

    /// A run without what was settled before a restart; nil where that is all of it.
    private func delivery(of run: RecordRun) -> Delivery? {
        var run = run
        var tickets: [TicketRun] = []
        if context.positions != nil {
            let spans = run.spans
            let open = run.records.indices.filter { !progress.isDone(spans[$0]) }
            guard !open.isEmpty else { return nil }
            run.records = open.map { run.records[$0] }
            let ticket = PositionTicket(stream: FileProgress.stream(run.identity), records: open.map { spans[$0] })
            tickets = [TicketRun(ticket, count: open.count)]
        }
        let batch = Batch(run, arena: context.arenas.take(), component: "file \(run.path)") { _ in nil }
        // Without a store positions are not kept: what a crash leaves unsettled is read again from the beginning.
        return Delivery(batch, tickets: tickets) { _ in }
    }

    private func nextRun() async throws(IntegrationError) -> RecordRun? {
        while !context.shutdown.isSignalled, !Task.isCancelled {
            switch state {
            case .closed:
                if try await !openCurrent(), await !context.pause(for: pollInterval) { return nil }
            case .reading:
                if let run = try await reader.next(takesRest: !follows) { return run }
                if follows {
                    if let run = try await waitForMore() { return run }
                } else {
                    try await openNext()
                }
            case .leaving:
                // What stands behind the last line feed of the old file is its last record.
                if let run = try await reader.next(takesRest: true) { return run }
                state = .closed
            case .done:
                return nil
            }
        }
        return nil
    }

    private func openNext() async throws(IntegrationError) {
        current += 1
        state = current < files.count ? .closed : .done
        if state == .closed { _ = try await openCurrent() }
    }

    /// Opens the current file; false where it is to be followed and is not there yet.
    private func openCurrent() async throws(IntegrationError) -> Bool {
        do throws(IntegrationError) {
            try await reader.open(files[current])
            progress = try await FileProgress(of: reader, context)
            state = .reading
            return true
        } catch {
            guard follows, error.code == .fileNotFound else { throw error }
            state = .closed
            return false
        }
    }

    /// Waits at the end of a followed file until there is something to do; returns what a cut file left behind.
    private func waitForMore() async throws(IntegrationError) -> RecordRun? {
        var isSettled = false
        while true {
            switch await reader.change() {
            case .grown: return nil
            case .truncated:
                let rest = await reader.rest()
                try await reader.rewind()
                progress = try await FileProgress(ofCut: reader, context)
                return rest
            case .replaced(let isEmpty):
                // Its writers may go on with the old file until they have opened the new one, and a moment longer.
                if isSettled {
                    state = .leaving
                    return nil
                }
                isSettled = !isEmpty
            case .none, .gone: isSettled = false
            }
            guard await context.pause(for: pollInterval) else { return nil }
        }
    }
}
