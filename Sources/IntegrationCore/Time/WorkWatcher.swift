/// A clock that stands still while work is under way on threads that it does not see, such as a store's: that of a test.
public protocol WorkWatcher: Sendable {
    /// A job was handed to a thread.
    func workBegan()
    /// The job is done, and whoever waited for it is on his way.
    func workEnded()
}
