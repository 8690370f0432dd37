import ConnectorTestSupport
import IntegrationCore

/// A user of one test, who may do nothing at first; goes before its schema does.
final class TestRole: Sendable {
    let schema: PostgresSchema
    let name: String

    init(_ schema: PostgresSchema) throws {
        self.schema = schema
        name = "r_\(schema.name)"
        try schema.server.sql("create role \(name) login; grant usage on schema \(schema.name) to \(name)")
    }

    deinit { _ = try? schema.server.sql("drop owned by \(name); drop role \(name)") }

    func grant(_ rights: String) throws { try schema.sql("grant \(rights) to \(name)") }
    func revoke(_ rights: String) throws { try schema.sql("revoke \(rights) from \(name)") }

    /// Makes endpoints that work as this user.
    func makers() throws -> TestMakers {
        try TestMakers(connector: [
            "url": .string(schema.server.url(name, "options=-csearch_path%3D\(schema.name)"))
        ])
    }
}
