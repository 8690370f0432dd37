/// What a configuration may draw on besides its files: variables and folders of secrets.
public struct ConfigurationEnvironment: Sendable {
    public var variables: [String: String]
    /// Folders of secrets that the system protects, so that the mode of the files does not matter.
    public var trustedSecretFolders: [String]

    public init(variables: [String: String] = [:], trustedSecretFolders: [String] = []) {
        self.variables = variables
        self.trustedSecretFolders = trustedSecretFolders
    }

    /// The variables of this process; secrets in `$CREDENTIALS_DIRECTORY` and `/run/secrets`.
    public static func process() -> ConfigurationEnvironment {
        let variables = ProcessVariables.all()
        let folders = [variables["CREDENTIALS_DIRECTORY"], "/run/secrets"].compactMap(\.self)
        return ConfigurationEnvironment(variables: variables, trustedSecretFolders: folders)
    }
}
