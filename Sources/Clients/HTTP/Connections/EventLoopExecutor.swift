internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Runs tasks on the thread of an event loop: what they do with a connection that lives there needs no other thread.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) { self.loop = loop }

    /// One for each loop that connections live on. They live as long as the process, as those who hold them unowned need.
    private static let all = MultiThreadedEventLoopGroup.singleton.makeIterator().map { EventLoopExecutor($0) }
    private static let turn = Atomic(0)

    /// The loops in turn.
    static func next() -> EventLoopExecutor {
        all[(turn.wrappingAdd(1, ordering: .relaxed).oldValue & .max) % all.count]
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
