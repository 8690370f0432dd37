internal import IntegrationCore

/// Compare and set.
extension SQLiteWriter {
    /// Compares each key with what is expected of it.
    ///
    /// - Returns: the version that each gets.
    /// - Throws: `stateConflict`, naming the key.
    func checkState(_ changes: [StateChange], _ connection: Connection) throws(IntegrationError) -> [UInt64] {
        var versions: [UInt64] = []
        // A key may stand in a change more than once: each builds on the one before.
        var earlier: [StateKey: UInt64?] = [:]
        for change in changes {
            let key = StateKey(namespace: change.namespace, key: change.key)
            let current: UInt64?
            if let known = earlier[key] { current = known } else { current = try stateVersion(key, connection) }
            let holds =
                switch change.expected {
                case .anything: true
                case .absent: current == nil
                case .version(let version): current == version
                }
            guard holds else { throw conflict(change, current) }
            let version = nextToken()
            versions.append(version)
            let isExpired = change.expires.map { $0.milliseconds <= wall } ?? false
            earlier[key] = .some(change.value == nil || isExpired ? nil : version)
        }
        return versions
    }

    private struct StateKey: Hashable {
        let namespace: String
        let key: [UInt8]
    }

    private func stateVersion(_ key: StateKey, _ connection: Connection) throws(IntegrationError) -> UInt64? {
        let statement = try connection.statement(
            "SELECT version, expires FROM state WHERE namespace = ?1 AND key = ?2")
        statement.bind(1, key.namespace)
        statement.bind(2, key.key)
        let wall = wall
        return try statement.first { row in
            row.optionalInteger(1).map { $0 <= wall } == true ? nil : UInt64(row.integer(0))
        } ?? nil
    }

    private func conflict(_ change: StateChange, _ current: UInt64?) -> IntegrationError {
        let expected =
            switch change.expected {
            case .anything: "anything"
            case .absent: "nothing"
            case .version(let version): "version \(version)"
            }
        let name = String(decoding: change.key.prefix(80), as: UTF8.self)
        return IntegrationError(
            .stateConflict,
            """
            key `\(name)` of `\(change.namespace)` has \(current.map { "version \($0)" } ?? "no value"), and \
            \(expected) was expected
            """)
    }

    func write(_ changes: [StateChange], _ versions: [UInt64], _ connection: Connection) throws(IntegrationError) {
        for (change, version) in zip(changes, versions) {
            let statement = try connection.statement(
                change.value == nil
                    ? "DELETE FROM state WHERE namespace = ?1 AND key = ?2"
                    : """
                    INSERT INTO state(namespace, key, version, expires, value) VALUES(?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT DO UPDATE SET version = ?3, expires = ?4, value = ?5
                    """)
            statement.bind(1, change.namespace)
            statement.bind(2, change.key)
            if let value = change.value {
                statement.bind(3, Int64(version))
                statement.bind(4, change.expires?.milliseconds)
                statement.bind(5, value)
            }
            try statement.run()
        }
    }
}
