extension ServiceFields {
    /// Where endpoints are found.
    public enum Discovery: Sendable, Hashable {
        case dns(name: String, port: Int?, scheme: String, path: String, interval: Duration)
        case file(PathValue, interval: Duration)

        init?(_ fields: DecodedFields) {
            switch fields.name {
            case "dns":
                self = .dns(
                    name: fields[dnsName], port: fields[dnsPort], scheme: fields[dnsScheme], path: fields[dnsPath],
                    interval: fields[refresh])
            case "file": self = .file(fields[filePath], interval: fields[fileInterval])
            default: return nil
            }
        }
    }

    static let dnsName = Field<String>.required(
        "name", .string, "What is resolved; a name such as `_http._tcp.example.com` has SRV records.")
    static let dnsPort = Field<Int?>.optional("port", .int(1...65535), "The port, where records carry none.")
    static let dnsScheme = Field<String>.defaulted("scheme", .string, "http", "What addresses begin with.")
    static let dnsPath = Field<String>.defaulted("path", .string, "", "What addresses end with, such as `/api`.")
    static let refresh = Field<Duration>.defaulted(
        "interval", .duration, .seconds(30), "How often it is looked up; records with a shorter life sooner.")
    static let fileInterval = Field<Duration>.defaulted(
        "interval", .duration, .seconds(1), "How often it is looked at whether the file has changed.")
    static let filePath = Field<PathValue>.required(
        "path", .path, "A file with one endpoint a line, or a JSON list of them.")
    static let dns = FieldTable(
        "dns", summary: "A, AAAA or SRV records.", fields: [dnsName, dnsPort, dnsScheme, dnsPath, refresh],
        example: "{type: dns, name: api.internal, port: 8080}",
        rules: [
            { fields, context in
                guard !fields[dnsName].hasPrefix("_"), fields[dnsPort] == nil else { return }
                context.diagnostics.error(
                    .missingField, "A and AAAA records of `\(fields[dnsName])` carry no port", at: fields.span,
                    help: "add `port: …`")
            }
        ])
    static let fileTable = FieldTable(
        "file", summary: "A file, read again when it changes.", fields: [filePath, fileInterval],
        example: "{type: file, path: endpoints.txt}")

    static let discovered = Field<DecodedFields?>.optional(
        "discovery", .variants([dns, fileTable]), "Where endpoints are found, instead of `endpoints`.")

    /// Where a service's endpoints are found; nil where its configuration names them.
    public static func discovery(of fields: DecodedFields) -> Discovery? {
        fields[discovered].flatMap { Discovery($0) }
    }
}
