import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

/// Hosts that lack something: exit code 69, and what to do about it.
@Suite("An unfit host", .serialized)
struct UnfitHostTests {
    let tool: LabTool

    init() throws { tool = try LabTool("unfit") }

    /// A directory with links to every program of the host but some, for PATH.
    private func path(without missing: [String]) throws -> String {
        let directory = tool.home + "/bin-" + missing.joined(separator: "-")
        if access(directory, F_OK) == 0 { try FileManager.default.removeItem(atPath: directory) }
        try Directories.create(directory)
        for folder in ["/usr/local/bin", "/usr/bin", "/bin"] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            where !missing.contains(name) {
                symlink(folder + "/" + name, directory + "/" + name)
            }
        }
        return directory
    }

    @Test(
        "a missing program is named with its package",
        arguments: [
            ("qemu-system-x86_64", "qemu-system-x86"), ("qemu-system-aarch64", "qemu-system-arm"),
            ("vde_switch", "vde2"),
        ])
    func program(name: String, package: String) async throws {
        let result = try await tool.with(["PATH": try path(without: [name])]).run("up", "x86,arm")
        #expect(result.status == 69, "\(result)")
        #expect(
            result.errorText.contains(name) && result.errorText.contains("install \(package)"), "\(result.errorText)")
        #expect(tool.files(of: "default").isEmpty && tool.processes.isEmpty)
    }

    @Test("a host without libvirt's QEMU driver is told which package has it")
    func driver() async throws {
        // libvirt's own variable for where its drivers are.
        let result = try await tool.with(["LIBVIRT_DRIVER_DIR": "/nonexistent"]).run("up", "x86")
        #expect(result.status == 69, "\(result)")
        #expect(result.errorText.contains("libvirt-daemon-driver-qemu"), "\(result.errorText)")
        #expect(tool.files(of: "default").isEmpty && tool.processes.isEmpty)
    }

    @Test("a host whose libvirt daemon does not answer is told so")
    func daemon() async throws {
        let uri = "qemu+unix:///system?socket=/nonexistent/libvirt-sock"
        let result = try await tool.run("up", "x86", "--connect", uri)
        #expect(result.status == 69, "\(result)")
        #expect(result.errorText.contains("/nonexistent/libvirt-sock"), "\(result.errorText)")
        #expect(tool.files(of: "default").isEmpty && tool.processes.isEmpty)
    }

    @Test("a directory that cannot be made is named", arguments: ["XDG_STATE_HOME", "XDG_RUNTIME_DIR"])
    func directory(variable: String) async throws {
        // Not even root can make directories below a device.
        let result = try await tool.with([variable: "/dev/null"]).run("up", "x86")
        #expect(result.status == 1, "\(result)")
        #expect(result.errorText.contains("/dev/null/popcorn-lab"), "\(result.errorText)")
        #expect(tool.processes.isEmpty)
    }

    @Test("a directory whose name make or libvirt would misread is refused before anything is made there")
    func name() async throws {
        let cache = tool.home + "/c a"
        for (variable, place) in [("XDG_CACHE_HOME", cache), ("XDG_STATE_HOME", tool.home + "/s,t")] {
            let result = try await tool.with([variable: place]).run("up", "x86")
            // A daemon's guests do not care for commas.
            if variable == "XDG_STATE_HOME", geteuid() != 0 { continue }
            #expect(
                result.status == 69 && result.errorText.contains(place) && result.errorText.contains(variable),
                "\(result)")
        }
        #expect(access(cache, F_OK) != 0 && tool.processes.isEmpty && tool.files(of: "default").isEmpty)
    }

    @Test(
        "an ordinary user is told of a directory that is another's",
        .enabled(if: geteuid() == 0, "needs root to change user"))
    func otherUser() async throws {
        // A copy, because the build's directories may be closed to others.
        let scratch = try Scratch()
        chmod(scratch.path, 0o777)
        let copy = scratch.file("program")
        try FileManager.default.copyItem(atPath: tool.program.executable, toPath: copy)
        chmod(copy, 0o755)
        for variable in ["XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            let places = ["XDG_STATE_HOME": scratch.path, "XDG_RUNTIME_DIR": scratch.path]
            var program = tool.with(places.merging([variable: tool.home]) { $1 }).program
            program.executable = copy
            let user = try program.start(["up", "x86"], launcher: ["runuser", "-u", "nobody", "--"])
            let result = try await user.end(within: .seconds(60))
            #expect(result.status == 69, "\(result)")
            #expect(
                result.errorText.contains("permission") || result.errorText.contains("Permission"),
                "\(result.errorText)")
        }
    }

    @Test(
        "a full disk is told, and nothing is left",
        .enabled(if: geteuid() == 0, "needs root to mount"), arguments: ["64k", "1500k", "6m"])
    func fullDisk(size: String) async throws {
        let mount = tool.home + "/small"
        try Directories.create(mount)
        try #require(Glibc.mount("none", mount, "tmpfs", 0, "size=\(size)") == 0, "\(errorText(errno))")
        defer { umount2(mount, Int32(MNT_DETACH)) }
        // Not for libvirt's own files, which the same disk would have to hold: those of the labs.
        let small = tool.with(["XDG_STATE_HOME": mount])
        let result = try await small.run("up", "arm", "-l", "full")
        #expect(result.status == 69, "\(result)")
        #expect(result.errorText.contains("No space left on device"), "\(result.errorText)")
        #expect(small.files(of: "full").isEmpty && small.processes.isEmpty, "\(small.files(of: "full"))")
    }
}
