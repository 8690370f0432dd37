internal import FileSystemClient
internal import IntegrationCore

/// Whom to ask and how: what `/etc/resolv.conf` says (resolv.conf(5)).
struct ResolverConfiguration: Sendable, Hashable {
    /// Addresses, in the order in which they are asked; at most three.
    var servers: [String] = ["127.0.0.1"]
    var port = 53
    /// What names with few dots are tried with behind them.
    var search: [String] = []
    /// Names with so many dots are tried as they are first.
    var dots = 1
    /// How long one server may take.
    var timeout = Duration.seconds(5)
    /// How often each is asked.
    var attempts = 2

    static let system = "/etc/resolv.conf"

    init() {}

    /// Lines that mean nothing are passed over.
    init(parsing text: String) {
        var servers: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case "nameserver" where words.count > 1 && servers.count < 3: servers.append(words[1])
            case "search", "domain": search = Array(words.dropFirst().prefix(6))
            case "options": for option in words.dropFirst() { set(option) }
            default: continue
            }
        }
        if !servers.isEmpty { self.servers = servers }
    }

    private mutating func set(_ option: String) {
        let parts = option.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let number = Int(parts[1]) else { return }
        switch parts[0] {
        case "ndots": dots = min(max(0, number), 15)
        case "timeout": timeout = .seconds(min(max(1, number), 30))
        case "attempts": attempts = min(max(1, number), 5)
        default: return
        }
    }

    /// What is asked for `name`, in order.
    func candidates(_ name: String) -> [String] {
        if name.hasSuffix(".") { return [name] }
        let searched = search.map { name + "." + $0 }
        return name.count(where: { $0 == "." }) >= dots ? [name] + searched : searched + [name]
    }
}
