import Guest
import Topology

extension EmbeddedGuest {
    /// Makes the kernel panic. The command does not return; what becomes of the connection then is no error.
    package func crashKernel() async throws {
        do {
            _ = try await session.exec("echo c > \(GuestFile.sysrq)", deadline: deadline(.seconds(5)))
        } catch is GuestError {}
    }

    /// Kills processes by SIGKILL.
    ///
    /// - Parameter pids: in this guest. Those that have ended meanwhile are passed over.
    package func kill(_ pids: [Int32]) async throws {
        for pid in pids {
            try await carryOut("kill -9 \(pid) || [ ! -e /proc/\(pid) ]", to: "kill process \(pid)")
        }
    }
}
