internal import IntegrationCore
internal import Logging
internal import PostgreSQLClient

/// Finds out whether a database can be reached and takes who we say we are.
struct PostgresProbe: ConnectorProbe {
    let connection: PostgresConnection

    private static let steps: [(ConnectStage, ProbeStep.Name)] = [
        (.resolve, .resolve), (.connect, .connect), (.tls, .tls), (.authenticate, .authenticate),
    ]

    func run(in context: FlowContext, _ report: @escaping @Sendable (ProbeStep) -> Void) async {
        let clock = context.clock
        var started = clock.now
        func say(_ name: ProbeStep.Name, _ outcome: ProbeStep.Outcome) {
            report(ProbeStep(name, outcome, time: clock.now - started))
            started = clock.now
        }
        let open: PostgreSQLConnection
        do throws(IntegrationError) {
            open = try PostgreSQLConnection(connection.settings, logger: context.logger)
            say(.resolve, .passed(try await open.resolve()))
        } catch {
            return say(.resolve, .failed(error))
        }
        do throws(IntegrationError) {
            try await open.connect()
        } catch {
            let reached = await open.stage
            for (stage, name) in Self.steps where stage > .resolve && stage < reached {
                say(name, .passed("passed"))
            }
            let name = Self.steps.first { $0.0 == max(reached, .connect) }?.1 ?? .request
            say(error.code == .tlsFailed ? .tls : error.code == .accessRefused ? .authenticate : name, .failed(error))
            return await open.close()
        }
        if let facts = await open.facts {
            say(.connect, .passed(facts.peer))
            let expiry = facts.daysLeft.map { ", \(ProbeStep.words(daysLeft: $0))" } ?? ""
            say(
                .tls,
                facts.tls.map { .passed("\($0), \(facts.mode)\(expiry)") }
                    ?? .skipped("the connection is not encrypted"))
            say(.authenticate, .passed(facts.usedPassword ? "user \(facts.user), by password" : "user \(facts.user)"))
        }
        do throws(IntegrationError) {
            say(.request, .passed(try await ask(open)))
        } catch {
            say(.request, .failed(error))
        }
        await open.close()
    }

    private func ask(_ open: PostgreSQLConnection) async throws(IntegrationError) -> String {
        let request = SQLRequest(
            "select current_setting('server_version'), current_database(), current_setting('transaction_read_only')")
        let answer = try await open.run(request, timeout: connection.database.timeout)
        let access = answer.text(0, 2) == "on" ? ", read only" : ""
        return "PostgreSQL \(answer.text(0, 0) ?? ""), database \(answer.text(0, 1) ?? "")\(access)"
    }
}
