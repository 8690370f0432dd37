/// The branch at which a message goes on: all that stands before it is done.
public struct ResumePoint: Sendable, Hashable {
    /// The destination, as the flow names it.
    public var destination: String
    /// The bytes that were made for it; nil where the steps are to make them again.
    public var body: [UInt8]?

    public init(destination: String, body: [UInt8]?) {
        self.destination = destination
        self.body = body
    }
}
