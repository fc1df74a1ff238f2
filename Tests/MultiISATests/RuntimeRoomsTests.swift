import FoundationEssentials
import Testing

@Suite struct RuntimeRoomsTests {
    /// The rooms of `Images/runtime/node`, in the order of the table in its README.
    private static let rooms = ["calls", "memory", "threads", "libc", "moves", "transport"]

    @Test("a room of the runtime knows only rooms above it in the README's table")
    func layers() throws {
        let node = Workbench.root + "/Images/runtime/node"
        var known = 0
        for (place, room) in Self.rooms.enumerated() {
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(node)/\(room)") {
                let source = try String(contentsOfFile: "\(node)/\(room)/\(file)", encoding: .utf8)
                for include in source.matches(of: /#include "([a-z]+)\//) {
                    guard let other = Self.rooms.firstIndex(of: String(include.1)) else { continue }
                    #expect(other < place, "\(room)/\(file) knows \(include.1)")
                    known += 1
                }
            }
        }
        #expect(known > 15)
    }
}
