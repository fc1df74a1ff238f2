import FoundationEssentials
import Support
import TestSupport

@testable import Lab

/// The `popcorn-lab` that was built beside the tests, with state and sockets of its own.
///
/// Images come from the user's cache. State stays from test run to test run: libvirt asks every QEMU what it can do once for
/// each state directory, which takes seconds.
struct LabTool: Sendable {
    let home: String
    var program: CommandLineTool

    /// - Parameter name: of the home; tools of one name share their labs.
    init(_ name: String = "a") throws {
        // Short, because sockets lie below it.
        home = try Self.place.get() + "/" + name
        program = CommandLineTool(executable: try builtProgram("popcorn-lab"))
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("POPCORN_LAB_") {
            program.environment[name] = .some(nil)
        }
        program.environment["POPCORN_LAB_SHARE"] = Self.sources
        program.environment["XDG_STATE_HOME"] = home + "/s"
        program.environment["XDG_RUNTIME_DIR"] = home + "/r"
        try Directories.create(home + "/s")
        try Directories.create(home + "/r")
    }

    /// A directory that no other run of these tests uses at the same time, held until this process ends.
    private static let place = Result<String, any Error> {
        for number in 1...99 {
            let place = "/tmp/plf-\(getuid())-\(number)"
            try Directories.create(place)
            do {
                let lock = try FileLock(path: place + "/lock", purpose: "FaultTests")
                _ = Unmanaged.passRetained(lock)
                return place
            } catch is LockedError {
                continue
            }
        }
        throw SystemError("find a place for the tests in /tmp", errno: EBUSY)
    }

    /// The source tree that the tests were built from.
    private static var sources: String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    }

    /// The same with other environment variables.
    func with(_ changes: [String: String]) -> LabTool {
        var copy = self
        copy.program.environment.merge(changes.mapValues { $0 }) { $1 }
        return copy
    }

    var directories: Directories { Directories(environment: program.variables) }
    var store: LabStore { LabStore(directories: directories) }

    func start(_ arguments: String..., launcher: [String] = []) throws -> RunningTool {
        try program.start(arguments, launcher: launcher)
    }

    /// Runs a command to its end.
    func run(_ arguments: String..., limit: Duration = .seconds(240)) async throws -> Ending {
        try await program(arguments, limit: limit)
    }

    /// Runs a command that must succeed.
    @discardableResult
    func check(_ arguments: String...) async throws -> Ending {
        let ending = try await program(arguments, limit: .seconds(240))
        guard ending.status == 0 else { throw UnexpectedEnding(expected: "exit code 0", ending: ending) }
        return ending
    }

    /// Takes a lab away, whatever state a test left it in.
    func clear(_ lab: String) async throws { _ = try await run("down", "-l", lab, "--force") }

    func lab<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        try await clear(name)
        do {
            let result = try await body()
            try await clear(name)
            return result
        } catch {
            try await clear(name)
            throw error
        }
    }

    /// QEMUs and switches of ours that run.
    var processes: [String] {
        ProcessTable.compactMap { words -> String? in
            guard let first = words.first, first.contains("qemu-system") || first.contains("vde_switch"),
                words.contains(where: { $0.contains(home + "/") })
            else { return nil }
            return "\(first)"
        }.map { "\($0.process.pid) \($0.found)" }
    }

    /// What is left of a lab on disk.
    func files(of lab: String) -> [String] {
        let paths = store.paths(lab)
        return [paths.root, paths.runtime].filter { access($0, F_OK) == 0 }
    }
}
