import Fabric
import Support

/// Every file of one lab, named in one place.
public struct LabPaths: Sendable {
    public let directories: Directories
    public let name: String

    public init(directories: Directories, name: String) {
        self.directories = directories
        self.name = name
    }

    // What must outlive a reboot of the host.
    public var root: String { directories.labs + "/" + name }
    public var record: String { root + "/lab.json" }
    public var privateKey: String { root + "/id_ed25519" }
    public var publicKey: String { privateKey + ".pub" }
    public var knownHosts: String { root + "/known_hosts" }
    public var messageLayerSecret: String { root + "/secret" }
    public func node(_ node: String) -> String { root + "/nodes/" + node }
    /// In dropbear's format.
    public func hostKey(_ node: String) -> String { self.node(node) + "/host_key" }
    public func initramfs(_ node: String) -> String { self.node(node) + "/initramfs" }
    /// Readings of the guest's clock since its boot.
    public func clock(_ node: String) -> String { self.node(node) + "/clock.jsonl" }
    public func serialLog(_ node: String) -> String { self.node(node) + "/serial.log" }
    /// What the guest's init reports to the lab.
    public func reportLog(_ node: String) -> String { self.node(node) + "/report.log" }

    // What is gone after a reboot anyway. Sockets live here: their paths hold at most 108 bytes (unix(7)).
    public var runtime: String { directories.runtime + "/" + name }
    public var lock: String { directories.runtime + "/" + name + ".lock" }
    /// Held for the moment of a change, also by commands that only use the lab.
    var recordLock: String { directories.runtime + "/" + name + ".record.lock" }
    public var fabric: String { runtime + "/fabric" }
    public var fabricSocket: String { VDESwitch(directory: fabric).socketDirectory }
    public func consoleSocket(_ node: String) -> String { runtime + "/" + node + ".console" }
}
