internal import Foundation

/// The public conformance suites: a folder that is not part of the project. Tests that need one are skipped, and say so,
/// where it is absent:
///
///     @Suite(.enabled(if: Suites.have("cron"), "\(Suites.absence("cron"))"))
package enum Suites {
    /// `INTEGRATION_SUITES`, else `../shared/suites` from the package's folder.
    private static let root: URL = {
        if let given = ProcessInfo.processInfo.environment["INTEGRATION_SUITES"], !given.isEmpty {
            return URL(fileURLWithPath: given)
        }
        // This file is Tests/Support/Suites.swift.
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/suites")
    }()

    /// Whether the suite is there.
    package static func have(_ suite: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(suite).path)
    }

    /// Why a test of the suite is skipped.
    package static func absence(_ suite: String) -> String {
        "the public suite `\(suite)` is not in \(root.path); INTEGRATION_SUITES names another folder"
    }

    /// The path of a file of a suite.
    package static func path(_ suite: String, _ file: String) -> String {
        root.appendingPathComponent(suite).appendingPathComponent(file).path
    }
}
