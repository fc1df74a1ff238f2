import FoundationEssentials
import Support
import Testing

@testable import Hypervisor

@Suite("The helper process")
struct HypervisorHelperTests {
    private func failure(helper: String, root: String? = nil) async throws -> any ActionableError {
        let lab = try TestLab()
        defer { withExtendedLifetime(lab) {} }
        var broken = lab.hypervisor
        broken.helperExecutable = helper
        broken.target = .embedded(root: root ?? lab.directory + "/root", reason: "")
        do {
            _ = try await broken.withConnection { try await $0.versions() }
        } catch let error as any ActionableError {
            return error
        }
        throw SystemError("the helper works", errno: 0)
    }

    @Test("a program that is missing, or is no helper, is reported")
    func wrongProgram() async throws {
        #expect(try await failure(helper: "/nowhere/popcorn-lab").summary.contains("/nowhere/popcorn-lab"))
        let stranger = try await failure(helper: "/bin/true") as? HypervisorError
        #expect(stranger?.code == .cannotConnect)
    }

    @Test("a root too long for the monitor's socket is refused with the limit")
    func longRoot() async throws {
        let error = try await failure(helper: "/bin/true", root: "/tmp/" + String(repeating: "r", count: 60))
        #expect(error.summary.contains("at most \(EmbeddedRoot.longestPath) bytes"))
        #expect(error.exitStatus == .unavailable)
    }

    @Test("a closed connection refuses further calls")
    func closed() async throws {
        let lab = try TestLab()
        let connection = try await lab.hypervisor.withConnection { $0 }
        let error = await #expect(throws: HypervisorError.self) { try await connection.versions() }
        #expect(error?.code == .cannotConnect)
        withExtendedLifetime(lab) {}
    }

    @Test("messages cross the socket whole, however they are cut, and a hang-up is seen")
    func messages() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        var far = MessageSocket(descriptor: ends[1])
        let request = HypervisorRequest.start([DomainDescription(xml: "<a>\n\"é\"</a>", name: "n")])
        do {
            let near = MessageSocket(descriptor: ends[0])
            try near.send(request)
            try near.send(HypervisorRequest.list)
            #expect(try far.receive(HypervisorRequest.self) == request)
            #expect(try far.receive(HypervisorRequest.self) == .list)
            var error: SystemError?
            do { _ = try far.receive(HypervisorRequest.self, limit: .milliseconds(20)) } catch let timeout
                as SystemError
            {
                error = timeout
            }
            #expect(error?.errno == ETIMEDOUT)
        }
        #expect(try far.receive(HypervisorRequest.self) == nil)
    }
}
