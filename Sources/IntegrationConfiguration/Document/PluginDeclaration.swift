public import IntegrationCore

/// One plugin and the services it brings.
public struct PluginDeclaration: Configurable {
    static let version = Field<String?>.optional(
        "version",
        .string("a version such as `1.0.0`, or a range such as `^0.8` or `>=1 <2`") { text in
            text.utf8.contains { $0 >= 0x30 && $0 <= 0x39 }
                && text.utf8.allSatisfy { byte in
                    (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                        || " .-+^~<>=*|".utf8.contains(byte)
                }
        }, "Which version is meant (SemVer 2).")
    static let description = Field<String?>.optional("description", .string, "What it is for.")
    static let author = Field<String?>.optional("author", .string, "Who made it.")
    static let license = Field<String?>.optional("license", .string, "Under which terms.")
    static let path = Field<PathValue?>.optional(
        "path", .path, "The plugin's folder or program; without it the plugin is part of this build.")
    static let checksum = Field<String?>.optional("checksum", .string, "SHA-256 of the program, in hexadecimal.")
    static let dependencies = Field<[PluginDependency]>.defaulted(
        "dependencies", .list(of: .table), [], "Which plugins it needs.")
    static let services = Field<[Named<PluginServiceDeclaration>]>.defaulted(
        "services", .map(to: .pluginService), [], "Its services and their options, by name.")

    public static let table = FieldTable(
        "plugin", summary: "A plugin and the services it brings.",
        fields: [version, description, author, license, path, checksum, dependencies, services],
        example: """
            version: 1.0.0
            services:
              s3: {region: us-west-2, bucket: data-bucket}
            """)

    public var version: String?
    public var description: String?
    public var author: String?
    public var license: String?
    public var path: PathValue?
    public var checksum: String?
    public var dependencies: [PluginDependency]
    public var services: [Named<PluginServiceDeclaration>]

    public init(_ fields: DecodedFields) {
        version = fields[Self.version]
        description = fields[Self.description]
        author = fields[Self.author]
        license = fields[Self.license]
        path = fields[Self.path]
        checksum = fields[Self.checksum]
        dependencies = fields[Self.dependencies]
        services = fields[Self.services]
    }
}

/// A plugin that another one needs.
public struct PluginDependency: Configurable, Hashable {
    static let name = Field<String>.required("name", .string, "The plugin.")
    static let version = Field<String>.required("version", .string, "The versions that will do.")

    public static let table = FieldTable(
        "plugin dependency", summary: "A plugin that another one needs.", fields: [name, version],
        example: "{name: aws-sdk, version: ^0.8}")

    public var name: String
    public var version: String

    public init(_ fields: DecodedFields) {
        name = fields[Self.name]
        version = fields[Self.version]
    }
}

/// A service of a plugin: of a type in the catalog, or one that only the plugin itself knows.
public enum PluginServiceDeclaration: Sendable {
    case typed(TypedConfiguration)
    /// Handed to a plugin with a `path` as it stands.
    case foreign(ConfigurationNode)
}

extension FieldType where Value == PluginDeclaration {
    static var plugin: FieldType {
        FieldType(shape: .table(PluginDeclaration.table)) { node, context in
            context.speaking(of: "plugin `\(context.path.last ?? "")`") { context in
                context.isForeignPlugin = node["path"].map { !$0.isAbsent } ?? false
                defer { context.isForeignPlugin = false }
                return PluginDeclaration.decode(node, &context)
            }
        }
    }
}

extension FieldType where Value == PluginServiceDeclaration {
    /// The service's own name is its type, unless `type:` says otherwise.
    static var pluginService: FieldType {
        FieldType(shape: .typed(.pluginService)) { node, context in
            let name = context.path.last ?? ""
            let given = node["type"]
            let written = given?.isAbsent == true ? nil : given
            let typeName = written?.scalar?.text ?? name
            if context.isForeignPlugin, context.catalog[.pluginService, typeName] == nil {
                return FieldType<ConfigurationNode>.any.decode(node, &context).map { .foreign($0) }
            }
            let type = ConfigurationNode.string(typeName, at: written?.span ?? context.keySpan ?? node.span)
            guard let type = context.describedType(type, kind: .pluginService) else { return nil }
            return type.table.decode(node, &context, ignoring: ["type"]).map {
                .typed(TypedConfiguration(type: type, fields: $0, span: $0.span))
            }
        }
    }
}
