import FileSystemClient
import Glibc
import IntegrationCore
import Testing

@testable import RabbitMQClient

@Suite("A process that has no more descriptors or threads")
struct ExhaustionTests {
    @Test
    func `a connection that gets no pipe is an error with a remedy`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 3, rlim_max: 4096)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            do throws(IntegrationError) {
                _ = try Mailbox<Int>()
                exit(1)
            } catch {
                exit(error.code == .noConnection && error.remedy?.contains("ulimit -n") == true ? 0 : 2)
            }
        }
    }

    @Test
    func `a thread that can't be made is an error with a remedy`() {
        let error = #expect(throws: IntegrationError.self) { try ThreadExecutor(stackSize: 1 << 46) }
        #expect(error?.code == .noConnection)
        #expect(error?.remedy?.contains("ulimit -u") == true)
    }
}
