internal import FileSystemClient
public import IntegrationCore
internal import IntegrationDocument
internal import Logging

/// Endpoints that a file lists; it is read again when it changes.
public struct FileDiscovery: EndpointDiscovery {
    let path: String
    let interval: Duration

    /// - Parameter interval: how often it is looked at whether the file has changed.
    public init(path: String, interval: Duration = .seconds(1)) {
        self.path = path
        self.interval = max(interval, .milliseconds(10))
    }

    public var summary: String { "file \(path)" }

    /// No list is larger.
    private static let mostBytes = 1 << 20

    public func run(in context: FlowContext, _ found: @Sendable ([ServiceEndpoint]?) -> Void) async {
        let reading: Reading
        do throws(IntegrationError) {
            reading = try Reading(clock: context.clock)
        } catch {
            found(nil)
            return context.logger.warning("endpoints could not be read", error)
        }
        var known: String??
        var failed = ""
        while !Task.isCancelled {
            let version = await reading.version(path)
            if known != .some(version) {
                do throws(IntegrationError) {
                    let bytes = try await reading.read(path, limit: Self.mostBytes)
                    found(try EndpointList.parse(bytes, from: path))
                    failed = ""
                } catch {
                    found(nil)
                    if failed != error.message { context.logger.warning("endpoints could not be read", error) }
                    failed = error.message
                }
                known = .some(version)
            }
            do throws(CancellationError) { try await context.clock.sleep(for: interval) } catch { return }
        }
    }

    /// Reads on a thread of its own.
    private actor Reading {
        private let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(clock: any TimeSource) throws(IntegrationError) { executor = try ThreadExecutor(clock: clock) }

        func version(_ path: String) -> String? { RegularFile.version(path) }

        func read(_ path: String, limit: Int) throws(IntegrationError) -> [UInt8] {
            let block = try RegularFile.read(path, limit: limit)
            return Array(UnsafeBufferPointer(start: block.start, count: block.count))
        }
    }
}

extension Logger {
    /// - Parameter message: what could not be done; what was known before stays.
    func warning(_ message: String, _ error: IntegrationError) {
        warning(
            "\(message); those that were known before stay",
            metadata: ["code": "\(error.code)", "error": "\(([error.message] + error.causes).joined(separator: ": "))"])
    }
}
