/// Something that there can be only one of, such as a listening port, which flows share and hand over to one another.
public protocol SharedResource: Sendable {
    /// Closes it; nobody uses it any more.
    func close() async

    /// Nobody who left it is replaced any more: what was kept for successors is let go.
    func endHandover()
}
