/// What a committed change survives.
public enum Durability: String, Sendable, Hashable, CaseIterable {
    /// Power loss: commits wait until the disk has them.
    case full
    /// A crash of the process: commits wait until the operating system has them.
    case os
    /// A crash of the process most likely, but power loss may damage the store as a whole.
    case none
}
