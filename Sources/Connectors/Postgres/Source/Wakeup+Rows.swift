internal import IntegrationCore

extension Wakeup {
    /// Returns when there may be something new since `count` was read, at `deadline`, or when the flow stops or ends.
    func waitForRows(after count: Int, until deadline: Duration, in context: FlowContext) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(after: count) }
            group.addTask { _ = await context.pause(until: deadline) }
            if !context.ending.isSignalled { group.addTask { await context.ending.wait() } }
            await group.next()
            group.cancelAll()
        }
    }
}
