public import IntegrationCore

/// A destination of type `file`.
public struct FileDestinationConfiguration: Configurable {
    static let path = Field<PathValue>.required(
        "path", .path, "The file to append to; it and its folder are made where they are missing.")
    static let sync = Field<Bool>.defaulted(
        "sync", .bool, true,
        "Whether a message counts as accepted only when it is on the disk; otherwise when the system has it.")
    static let rotate = Field<DecodedFields?>.optional(
        "rotate", .fields(of: rotation), "When the file is renamed to `NAME-TIME.SUFFIX` and begun anew.")

    static let size = Field<ByteCount?>.optional(
        "size", .size(in: ByteCount(1)...ByteCount(Int.max)), "Before it grows beyond this size.")
    static let age = Field<Duration?>.optional(
        "age", .duration(in: .seconds(1)...Duration.seconds(366 * 86_400)),
        "When something is written to a file this old.")
    static let rotation = FieldTable(
        "rotate", summary: "When a file is renamed and begun anew.", fields: [size, age],
        example: "{size: 100MiB, age: 1d}",
        rules: [
            { fields, context in
                guard fields[size] == nil, fields[age] == nil else { return }
                context.missing("size", help: "add `size: 100MiB` or `age: 1d`")
            }
        ])

    public static let table = FieldTable(
        "file destination", summary: "Appends messages to a file, a line each.", fields: [path, sync, rotate],
        shorthand: "path", example: "{path: out/orders.ndjson, rotate: {size: 100MiB, age: 1d}}")

    public var path: PathValue
    public var syncs: Bool
    public var rotationSize: ByteCount?
    public var rotationAge: Duration?

    public init(_ fields: DecodedFields) {
        path = fields[Self.path]
        syncs = fields[Self.sync]
        rotationSize = fields[Self.rotate]?[Self.size]
        rotationAge = fields[Self.rotate]?[Self.age]
    }

    public func makeDestination() -> FileDestination {
        FileDestination(
            path: path.resolved, syncs: syncs, rotationSize: rotationSize?.bytes, rotationAge: rotationAge)
    }
}
