import FoundationEssentials
import GuestContract
import Hypervisor
import ISA
import ImageStore
import KernelFiles
import Support
import Topology

/// `gdb`: a debugger on a guest's kernel, through QEMU.
///
/// While the guest stands still, so do the others: a kernel that is silent for long is lost to them. gdb itself sees to that, by
/// the sockets that QEMU has for debuggers of theirs, since nobody else knows as quickly that it has stopped: QEMU stops a
/// guest as soon as a debugger connects, and lets it go on when that lets go.
package struct GuestDebugger: Sendable {
    /// What the debugger is to do.
    package struct Options: Sendable {
        /// The other guests go on while this one stands still.
        package var alone = false
        /// The kernel's symbols, if they are not where the kernel is.
        package var symbols: String?
        /// Whether symbols of an image's kernel are fetched from Debian's archive.
        package var fetchesSymbols = false
        /// Commands that gdb gets when it is connected.
        package var commands: [String] = []
        /// gdb ends after them.
        package var isBatch = false

        /// Interactive, with all other guests.
        package init() {}
    }

    let access: LabAccess
    let options: Options
    let report: @Sendable (ImageProgress) -> Void

    /// Prepares to debug guests of the lab that `access` gives; `report` is told what is fetched.
    package init(
        access: LabAccess, options: Options, report: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) {
        self.access = access
        self.options = options
        self.report = report
    }

    /// What is to be run, and what its user should know.
    package struct Invocation: Sendable {
        /// The program and its arguments.
        package var words: [String]
        /// What is doubtful.
        package var warnings: [String]
    }

    private static let program = "gdb-multiarch"

    /// Writes what gdb needs.
    ///
    /// - Throws: `LabError` if the guest does not run, or there are no symbols; `HostCommandError` if there is no gdb.
    package func prepare(_ node: NodeRecord) async throws -> Invocation {
        let program: String
        do {
            program = try await HostCommand(Self.program, package: Self.program).locate()
        } catch {
            throw LabError(.hostUnfit, cannot: "debug a kernel", error)
        }
        guard QEMUProcess.find(uuid: node.uuid) != nil else {
            throw LabError(
                .guestDied, "\(node.name) does not run", hint: "`popcorn-lab up` starts the guests that have ended")
        }
        let socket = access.paths.debugSocket(node.name)
        guard Self.isThere(socket) else {
            throw LabError(
                .guestDied, "\(node.name) has no socket for debuggers",
                hint: "it was started by an older popcorn-lab: `popcorn-lab down`, `up`")
        }
        var warnings: [String] = []
        let symbols = try await symbols(of: node, &warnings)
        let base = symbols == nil ? nil : await kernelBase(node, &warnings)
        let script = GDBScript(
            isa: node.spec.isa, socket: socket, symbols: symbols,
            extensions: symbols.map { $0 + "-gdb.py" }.flatMap { Self.isThere($0) ? $0 : nil }, base: base,
            others: options.alone ? [] : try await others(than: node))
        let path = access.paths.runtime + "/" + node.name + ".gdb.py"
        try AtomicFile.write(script.text, to: path, mode: 0o600)
        var words = [program, "-q"] + (options.isBatch ? ["-batch"] : [])
        words += ["-iex", "set auto-load safe-path /", "-x", path]
        words += options.commands.flatMap { ["-ex", $0] }
        return Invocation(words: words, warnings: warnings)
    }

    private static func isThere(_ path: String) -> Bool { path.withBytes { Glibc.access($0, R_OK) } == 0 }

    /// `vmlinux` of the tree in which the node's own kernel was built.
    private func symbols(of node: NodeRecord, _ warnings: inout [String]) async throws -> String? {
        if let given = options.symbols {
            let path = AbsolutePath.of(given)
            guard Self.isThere(path) else { throw LabError(.badArgument, "'\(path)' cannot be read") }
            return path
        }
        guard let own = node.spec.kernel else { return try await debianSymbols(of: node, &warnings) }
        let image = try KernelTree(path: own.path, isa: node.spec.isa).kernel.path
        var directory = image
        // ARCH/boot/IMAGE of the tree.
        for _ in 0..<4 {
            directory = directory.split(separator: "/").dropLast().map { "/" + $0 }.joined()
            if Self.isThere(directory + "/vmlinux") { return directory + "/vmlinux" }
        }
        warnings.append("no vmlinux lies beside \(image) or above it: --symbols names it")
        return nil
    }

    /// Those of an image's kernel, which the archive has.
    private func debianSymbols(of node: NodeRecord, _ warnings: inout [String]) async throws -> String? {
        let store = access.environment.imageStore, isa = node.spec.isa
        if let path = store.kernelSymbols(release: node.kernel, isa: isa) { return path }
        if options.fetchesSymbols {
            return try await store.fetchKernelSymbols(release: node.kernel, isa: isa, progress: report)
        }
        warnings.append(
            "\(node.name) runs the kernel of its image, \(node.kernel): --fetch-symbols gets its symbols from Debian's package "
                + "\(ImageStore.symbolsPackage(release: node.kernel)), which is large; --symbols names its vmlinux")
        return nil
    }

    /// Where the guest's kernel has its first byte, which need not be where it was linked to (KASLR).
    private func kernelBase(_ node: NodeRecord, _ warnings: inout [String]) async -> UInt64? {
        do {
            return try await access.withAnsweringSession(node) { try await node.guest($0).kernelBase() }
        } catch {
            warnings.append(
                "\(node.name) does not tell where its kernel lies (\(error.sentence)): symbols are right only if it was booted "
                    + "with `nokaslr` among the node's `cmdline`, or cannot move")
            return nil
        }
    }

    /// The sockets of the other guests that run; one that somebody has frozen stays so.
    private func others(than node: NodeRecord) async throws -> [String] {
        let alive = QEMUProcess.find(uuids: access.record.nodes.map(\.uuid))
        let others = access.record.nodes.filter { $0.id != node.id && alive[$0.uuid] != nil }
        return try await access.environment.hypervisor(of: access.record).withConnection { connection in
            var running: [String] = []
            for other in others where try await connection.runState(other.uuid) == "running" {
                running.append(access.paths.debugSocket(other.name))
            }
            return running
        }
    }
}
