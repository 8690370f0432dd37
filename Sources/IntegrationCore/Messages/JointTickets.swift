/// What of a batch its destination may settle itself, in the transaction of the effects: messages of which nothing else
/// is still to come about anywhere.
public struct JointTickets: Sendable {
    private var byOrigin: [(ticket: any JointTicket, index: Int)?]

    /// - Parameter tickets: of a whole delivery.
    /// - Returns: nil where there is none of that kind.
    public init?(_ tickets: [TicketRun]) {
        guard tickets.contains(where: { $0.ticket is any JointTicket }) else { return nil }
        byOrigin = []
        for run in tickets {
            let ticket = run.ticket as? any JointTicket
            for index in 0..<run.count { byOrigin.append(ticket.map { ($0, index) }) }
        }
    }

    private init(_ byOrigin: [(ticket: any JointTicket, index: Int)?]) { self.byOrigin = byOrigin }

    /// The ticket of a message, and its place among those that share it.
    public func ticket(of origin: Int) -> (ticket: any JointTicket, index: Int)? {
        byOrigin.indices.contains(origin) ? byOrigin[origin] : nil
    }

    /// The same without some messages.
    public func without(_ origins: Set<Int>) -> JointTickets {
        var rest = self
        for origin in origins where rest.byOrigin.indices.contains(origin) { rest.byOrigin[origin] = nil }
        return rest
    }

    /// Those of some messages, whose origins are counted anew in this order.
    func part(_ origins: [Int]) -> JointTickets { JointTickets(origins.map { ticket(of: $0) }) }
}
