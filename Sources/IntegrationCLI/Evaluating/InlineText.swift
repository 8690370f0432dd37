internal import IntegrationCore

/// What an argument says itself, or what the file holds that it names.
struct InlineText {
    /// What mistakes call it.
    var name: String
    var bytes: [UInt8]

    /// An argument with a brace in it, or with a space or a line break, is no path.
    init(_ argument: String) throws(IntegrationError) {
        if argument.utf8.contains(where: { "{} \n".utf8.contains($0) }) {
            (name, bytes) = ("argument", Array(argument.utf8))
        } else {
            (name, bytes) = (argument, try InputOptions.read(file: argument))
        }
    }
}
