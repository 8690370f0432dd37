internal import IntegrationCore

/// What libpq says of a connection that did not come about, as the engine's error.
struct ConnectFailure {
    private let plan: ConnectionPlan

    init(_ plan: ConnectionPlan) { self.plan = plan }

    /// Words of libpq or of the system, and what they come to; the first that is found holds.
    private static let signs: [(words: String, code: ErrorCode)] = [
        ("could not translate host name", .hostUnknown), ("no password supplied", .accessRefused),
        ("certificate", .tlsFailed), ("private key file", .tlsFailed), ("SSL error", .tlsFailed),
        ("does not support SSL", .tlsFailed), ("SSL was required", .tlsFailed), ("SSL SYSCALL", .connectionRefused),
        ("Connection refused", .connectionRefused), ("No such file or directory", .connectionRefused),
        ("unreachable", .connectionRefused), ("No route to host", .connectionRefused),
        ("session is read-only", .sqlUnavailable), ("session is not read-only", .sqlUnavailable),
        ("server is in hot standby", .sqlUnavailable), ("server is not in hot standby", .sqlUnavailable),
        ("Connection timed out", .connectTimedOut),
    ]

    /// - Parameter words: as libpq wrote them, with the server's codes (`PQERRORS_VERBOSE`).
    func error(_ words: String) -> IntegrationError {
        // One line for each host that was tried; the places in the server's source code are of no use.
        let lines = words.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("LOCATION:") }
        let said = lines.map { Self.withoutCode($0) }
        let state = lines.lazy.compactMap { Self.state(in: $0) }.first
        var error: IntegrationError
        if let state {
            let code = Self.code(state, words)
            error = IntegrationError(code, said.first ?? words, nativeCode: state, causes: Array(said.dropFirst()))
        } else {
            let code = Self.signs.first { words.contains($0.words) }?.code
            error = IntegrationError(
                code ?? .connectionRefused, said.first ?? words,
                causes: Array(said.dropFirst()))
        }
        if error.code == .tlsFailed, words.contains("does not support SSL") {
            error.remedy = "Switch TLS on in the server, or write `ssl: {mode: prefer}` if the network is trusted."
        }
        return error
    }

    /// Time was over.
    func late(_ host: Int, _ stage: ConnectStage) -> IntegrationError {
        let shown = plan.hosts.indices.contains(host) ? plan.hosts[host].shown : plan.shown
        guard stage > .connect else {
            return IntegrationError(.connectTimedOut, "\(shown) does not answer")
        }
        let step = stage == .tls ? "to the wish for TLS" : "to who we say we are"
        return IntegrationError(
            .connectTimedOut, "\(shown) took the connection and then did not answer \(step)",
            remedy: "Check that it is PostgreSQL that listens there, and that it is not stopped.")
    }

    private static func code(_ state: String, _ words: String) -> ErrorCode {
        if state == "28000", words.contains("client certificate") { return .tlsFailed }
        let code = SQLFailure(state: state, message: words).error().code
        return code == .sqlRefused ? .accessRefused : code
    }

    /// The five characters in `… FATAL:  28P01: password authentication failed …`.
    private static func state(in line: String) -> String? {
        for severity in ["FATAL:  ", "ERROR:  ", "PANIC:  "] {
            guard let place = line.firstRange(of: severity) else { continue }
            let code = line[place.upperBound...].prefix(5)
            if code.utf8.count == 5, line[place.upperBound...].dropFirst(5).hasPrefix(": ") { return String(code) }
        }
        return nil
    }

    private static func withoutCode(_ line: String) -> String {
        guard let state = state(in: line) else { return line }
        return line.replacing("\(state): ", with: "", maxReplacements: 1)
    }
}
