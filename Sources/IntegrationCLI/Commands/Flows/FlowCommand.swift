internal import ArgumentParser

struct FlowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Looks after the flows of a running engine.",
        discussion: """
            EXAMPLES:
              integration flow list                       state, rates, errors of every flow
              integration flow status orders
              integration flow pause orders               stops reading; resume goes on
              integration flow logs orders -f
              integration flow send orders '{"id": 1}'    what would become of this message?
              integration flow create -f returns.yaml     from now on, and in the next runs
              integration flow list --config prod.yaml    the engine that runs prod.yaml
            """,
        subcommands: [
            FlowListCommand.self, FlowStatusCommand.self, FlowStartCommand.self, FlowStopCommand.self,
            FlowPauseCommand.self, FlowResumeCommand.self, FlowCreateCommand.self, FlowDeleteCommand.self,
            FlowLogsCommand.self, FlowSendCommand.self,
        ])
}
