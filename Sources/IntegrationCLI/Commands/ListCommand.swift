internal import ArgumentParser
internal import Integration
internal import IntegrationCore

struct ListCommand: ParsableCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case sources, destinations, steps, connectors, services, codecs

        var described: TypeDescription.Kind {
            switch self {
            case .sources: .source
            case .destinations: .destination
            case .steps: .step
            case .connectors: .connector
            case .services: .service
            case .codecs: .codec
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the types that a configuration can name.",
        discussion: """
            EXAMPLES:
              integration list
              integration list sources
              integration list steps -o json
            """)

    @Argument(help: "What to list; everything when left out.")
    var kind: Kind?

    @OptionGroup var options: OutputOptions

    func run() throws {
        let console = Console.process
        let records = Self.records(of: kind, in: .standard)
        try console.print(records.text(options.output, console.output.style))
        if options.output == .table { console.say("\nNext: integration docs NAME") }
    }

    /// One row a type; where a type is not built, its summary says so.
    static func records(of kind: Kind?, in catalog: Catalog) -> Records {
        var records = Records(columns: ["kind", "name", "built", "summary"])
        for kind in kind.map({ [$0] }) ?? Kind.allCases {
            for type in catalog.types(of: kind.described) {
                records.rows.append([
                    .string(type.kind.rawValue), .string(type.name), .string(type.isBuilt ? "yes" : "not yet"),
                    .string(type.table.summary),
                ])
            }
        }
        return records
    }
}
