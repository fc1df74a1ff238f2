import Support
import Testing

@testable import Guest

@Suite("commands in a guest")
struct ExecTests {
    @Test("a command's output, errors and exit code come back", arguments: TestServer.Kind.allCases)
    func outputAndCode(kind: TestServer.Kind) async throws {
        let server = try TestServer(kind)
        let session = try await server.connect()
        let result = try await session.exec("echo out; echo err >&2; exit 7", deadline: .now + .seconds(10))
        #expect(result.ending == .exited(7))
        #expect(result.text == "out")
        #expect(result.errorText == "err")
        #expect(!result.succeeded)
        await session.close()
    }
}
