public import IntegrationCore
public import IntegrationServices

/// Keeps what was registered and deregistered at run time for the next runs.
public protocol RegistrationKeeper: Sendable {
    /// Keeps what is registered for one service, in the place of what was kept before.
    ///
    /// - Throws: where it could not be written; nothing has changed then.
    func keep(_ registrations: ServiceRegistry.Registrations) throws(IntegrationError)
}
