// Places at which a debug build can be made to fail. In a release build nothing of them is left: `scripts/build` looks.

#if DEBUG

    /// Marks a stage that the variable `INTEGRATION_FAILPOINT` can name; does nothing unless it does.
    ///
    /// - Parameter stage: one of `FailPoints.stages`.
    public func failPoint(_ stage: StaticString) {
        FailPoints.armed?.reach("\(stage)")
    }

    /// As `failPoint`, at a stage that may also end in an error.
    ///
    /// - Throws: `destinationFailed`, which is tried again.
    public func failPoint(throwing stage: StaticString) throws(IntegrationError) {
        guard let fault = FailPoints.armed?.reach("\(stage)"), case .error = fault else { return }
        throw IntegrationError(.destinationFailed, "failpoint \(stage)")
    }

#else

    @_alwaysEmitIntoClient @inline(__always)
    public func failPoint(_ stage: StaticString) {}

    @_alwaysEmitIntoClient @inline(__always)
    public func failPoint(throwing stage: StaticString) throws(IntegrationError) {}

#endif
