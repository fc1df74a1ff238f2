import FoundationEssentials
import Support

/// One of the two NICs that every guest has, by the id of its QEMU network backend.
package enum GuestNIC: String, Codable, Sendable, CaseIterable {
    case management = "mgmt"
    case fabric
}

extension HypervisorConnection {
    /// Sends one QMP command, such as `{"execute":"query-status"}`, and returns QEMU's whole answer as JSON text.
    ///
    /// - Throws: `HypervisorError` with `monitorRefused` if QEMU's answer is an error, `noSuchDomain` if it is gone.
    func monitor(_ uuid: String, json command: String) throws -> String {
        guard case .text(let text) = try perform(.monitor(uuid: uuid, command: command)) else { throw mismatch() }
        if let failure = try JSONDecoder().decode(QMPReply.self, from: Data(text.utf8)).error {
            throw HypervisorError(
                .monitorRefused, "QEMU of domain \(uuid) refuses \(command): \(failure.desc)")
        }
        return text
    }

    /// Pulls a NIC's cable or puts it back; the guest sees its carrier go and come.
    package func setLink(_ uuid: String, _ nic: GuestNIC, up: Bool) throws {
        _ = try monitor(uuid, SetLink(name: nic.rawValue, up: up), as: "set_link")
    }

    /// Records every frame of a NIC, both directions, to a pcap file with the host's time stamps.
    ///
    /// - Parameter path: on the host that runs the guest; an old file is overwritten.
    package func startCapture(_ uuid: String, _ nic: GuestNIC, to path: String) throws {
        let filter = FilterDump(id: Self.captureID(nic), netdev: nic.rawValue, file: path)
        _ = try monitor(uuid, filter, as: "object-add")
    }

    /// Ends a capture; the file is complete then.
    package func stopCapture(_ uuid: String, _ nic: GuestNIC) throws {
        _ = try monitor(uuid, ["id": Self.captureID(nic)], as: "object-del")
    }

    private static func captureID(_ nic: GuestNIC) -> String { "capture-\(nic.rawValue)" }

    func monitor(_ uuid: String, _ arguments: some Encodable, as command: String) throws -> String {
        let text = try JSONEncoder().encode(QMPCommand(execute: command, arguments: arguments))
        return try monitor(uuid, json: String(decoding: text, as: UTF8.self))
    }
}

/// A command of the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec).
private struct QMPCommand<Arguments: Encodable>: Encodable {
    var execute: String
    var arguments: Arguments
}

private struct QMPReply: Decodable {
    struct Failure: Decodable { var desc: String }
    var error: Failure?
}

private struct SetLink: Encodable {
    var name: String
    var up: Bool
}

private struct FilterDump: Encodable {
    var qomType = "filter-dump"
    var id: String
    var netdev: String
    var file: String
    /// Whole frames: QEMU's own default is 64 KiB.
    var maxlen = 65536

    enum CodingKeys: String, CodingKey {
        case qomType = "qom-type"
        case id, netdev, file, maxlen
    }
}
