import FoundationEssentials
import Support

extension HypervisorConnection {
    /// What QEMU says a guest is doing, such as `running` or `internal-error` (QMP `query-status`).
    package func runState(_ uuid: String) throws -> String {
        struct Reply: Decodable {
            struct Status: Decodable { var status: String }
            var `return`: Status
        }
        let text = try monitor(uuid, json: #"{"execute":"query-status"}"#)
        return try JSONDecoder().decode(Reply.self, from: Data(text.utf8)).return.status
    }

    /// What QEMU answers to a command of its monitor for people, such as `info registers -a`.
    ///
    /// - Throws: `HypervisorError` with `noSuchDomain` if the guest is gone. An answer that is an error is an answer here.
    package func humanMonitor(_ uuid: String, _ command: String) throws -> String {
        struct Reply: Decodable { var `return`: String }
        let text = try monitor(uuid, ["command-line": command], as: "human-monitor-command")
        return try JSONDecoder().decode(Reply.self, from: Data(text.utf8)).return
    }

    /// Gives all of a guest's CPUs a non-maskable interrupt.
    ///
    /// - Throws: `HypervisorError` with `monitorRefused` if the machine has none.
    package func injectNMI(_ uuid: String) throws { _ = try monitor(uuid, json: #"{"execute":"inject-nmi"}"#) }

    /// Writes all of a guest's memory and the registers of its CPUs to an ELF core, which `crash` reads.
    ///
    /// The guest stands still meanwhile, and then does what it did. Addresses are physical.
    /// - Parameter path: on the host that runs the guest; an old file is overwritten. It becomes as large as the memory.
    package func dumpMemory(_ uuid: String, to path: String) throws {
        _ = try perform(.dump(uuid: uuid, path: path))
    }
}
