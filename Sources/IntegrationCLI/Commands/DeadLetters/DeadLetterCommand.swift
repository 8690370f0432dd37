internal import ArgumentParser

struct DeadLetterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq", abstract: "Looks at dead letters, mends them and lets them run again.",
        discussion: """
            EXAMPLES:
              integration dlq list                             the newest
              integration dlq list --groups                    how many for which reason
              integration dlq show 01JD                        whole; the beginning of an id will do
              integration dlq edit 01JD                        in $EDITOR
              integration dlq replay --code IE3104 --rate 50/s
              integration dlq replay --where 'total > 100' --dry-run
              integration dlq export --flow orders > dead.jsonl
              integration dlq drop --flow orders --since 2h

            Where no engine runs, the storage folder of the configuration is opened: to look, by anybody; to change \
            something, as its owner.
            """,
        subcommands: [
            DeadLetterListCommand.self, DeadLetterShowCommand.self, DeadLetterEditCommand.self,
            DeadLetterReplayCommand.self, DeadLetterDropCommand.self, DeadLetterExportCommand.self,
        ])
}
