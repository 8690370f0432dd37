/// What this build is.
enum Version {
    /// By semantic versioning; `-dev` until it is released.
    static let current = "0.1.0-dev"

    #if arch(x86_64)
        static let architecture = "x86_64"
    #elseif arch(arm64)
        static let architecture = "arm64"
    #else
        static let architecture = "unknown"
    #endif

    static let platform = "linux \(architecture)"

    /// The compiler that built this.
    #if compiler(>=6.5)
        static let swift = "6.5 or newer"
    #elseif compiler(>=6.4)
        static let swift = "6.4"
    #elseif compiler(>=6.3.1)
        static let swift = "6.3.1"
    #elseif compiler(>=6.3)
        static let swift = "6.3"
    #else
        static let swift = "6.2"
    #endif
}
