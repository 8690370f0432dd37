/// A host that is connected to under another name or address.
struct Detour: Hashable {
    /// The name that the other side's certificate must bear.
    let name: String
    /// What is connected to.
    let target: String
    /// Whether our certificate is shown to whoever asks for it.
    var showsCertificate = true
}
