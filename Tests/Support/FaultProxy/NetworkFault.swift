/// What a proxy does to the connections that go through it.
package enum NetworkFault: Sendable, Hashable {
    /// Which way bytes go.
    package enum Direction: Sendable, Hashable, CaseIterable {
        case toServer, toClient
    }

    /// Everything passes as it came.
    case none
    /// Every piece is held up for so long, in both directions.
    case latency(milliseconds: Int)
    /// Every piece is passed on in slices of so many bytes.
    case slices(bytes: Int)
    /// Both sides see the end of the connection (FIN) when so many bytes have passed.
    case cut(after: Int, Direction)
    /// Both sides see a reset (RST) when so many bytes have passed.
    case reset(after: Int, Direction)
    /// Nothing passes in that direction any more when so many bytes have passed; the connection stays open.
    case blackHole(after: Int, Direction)
    /// Connections are accepted and reset at once.
    case refuse
}
