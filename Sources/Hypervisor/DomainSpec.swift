import FoundationEssentials
import ISA
import Topology

/// Everything that makes a guest what it is, as seen from outside. `DomainXML` turns it into libvirt's language.
package struct DomainSpec: Sendable, Hashable {
    /// Unique among the domains of the connection; also the name of QEMU's log.
    package var name: String
    /// In lower case, with hyphens.
    package var uuid: String
    /// By what `prune` recognises the domain when the lab's record is gone.
    package var metadata: LabMetadata
    /// The ISA of the guest's machine, which is a `q35` for x86-64 and a `virt` for aarch64.
    package var isa: ISA
    /// What runs the guest's instructions. KVM needs a host of the same ISA.
    package var accelerator: Accelerator
    /// How many CPUs the guest has, 1 to 255.
    package var vcpus: Int
    /// The guest's memory in MiB, 64 or more.
    package var memoryMiB: Int
    /// The absolute path of the kernel, which QEMU loads itself (`-kernel`).
    package var kernel: String
    /// The absolute path of the initramfs; `nil` for none.
    package var initramfs: String?
    /// The kernel's whole command line; `KernelArguments` has what every guest needs.
    package var commandLine: String
    /// The guest's only disk; `nil` for none.
    package var disk: Disk?
    /// The socket that the guest's console is attached to; one client at a time.
    package var consoleSocket: String
    /// Where QEMU writes all that the guest's console prints, whether or not a client is attached.
    package var consoleLog: String
    /// Where QEMU writes what the guest sends to its port `popcorn.report`; without it there is no such port.
    package var reportLog: String?
    /// Where that port is plugged in.
    package var virtioBus: VirtioBus
    /// What both network cards are.
    package var networkCard: NetworkCard
    /// The way in from the host, for SSH; `nil` for none.
    package var management: ManagementNIC?
    /// The way to the lab's other guests; `nil` for none.
    package var fabric: FabricNIC?
    /// Where QEMU records every frame of the fabric's card from the start on; `nil` for nowhere.
    package var fabricCapture: String?
    /// A socket for a debugger (QEMU's gdb stub); `nil` for none.
    package var debugSocket: String?
    /// To what CPUs and memory of the host the guest is bound.
    package var placement: Placement
    /// A CPU model of QEMU instead of the accelerator's best.
    var cpuModel: String?

    /// A disk of the guest.
    package struct Disk: Sendable, Hashable {
        /// The absolute path of the disk's file on the host.
        package var path: String
        var format: GuestDisk.Format
        /// How it is plugged in.
        var model: DiskModel
        /// Whether what the guest writes goes to a temporary file of QEMU's, and the disk's file is only read.
        var isSnapshot: Bool

        /// QEMU believes `format` and does not look into the file for it.
        package init(path: String, format: GuestDisk.Format, model: DiskModel = .virtio, isSnapshot: Bool = false) {
            self.path = path
            self.format = format
            self.model = model
            self.isSnapshot = isSnapshot
        }
    }

    /// QEMU's user networking, restricted: the guest reaches nobody, and one port of the host's loopback reaches its SSH.
    package struct ManagementNIC: Sendable, Hashable {
        /// Six hexadecimal octets of a unicast address, such as `52:54:00:12:34:56`.
        package var mac: String
        /// On 127.0.0.1, forwarded to the guest's port 22.
        package var hostPort: UInt16

        /// `hostPort` must be free on 127.0.0.1 when the guest starts.
        package init(mac: String, hostPort: UInt16) {
            self.mac = mac
            self.hostPort = hostPort
        }
    }

    /// A port of a VDE switch, which is the Ethernet between the guests.
    package struct FabricNIC: Sendable, Hashable {
        /// Six hexadecimal octets of a unicast address, another than that of the management card.
        package var mac: String
        /// The switch's directory, in which its `ctl` socket is.
        package var switchDirectory: String

        /// The switch must run when the guest starts.
        package init(mac: String, switchDirectory: String) {
            self.mac = mac
            self.switchDirectory = switchDirectory
        }
    }

    /// Where on the host the guest runs.
    package struct Placement: Sendable, Hashable {
        /// Host CPUs for the guest's CPUs and QEMU's own threads; empty for any.
        package var hostCPUs: [Int]
        /// NUMA nodes of the host that the guest's memory must come from; empty for any.
        package var memoryNodes: [Int]

        /// Without arguments, the host's kernel places the guest as it likes.
        package init(hostCPUs: [Int] = [], memoryNodes: [Int] = []) {
            self.hostCPUs = hostCPUs
            self.memoryNodes = memoryNodes
        }
    }

    /// The domain gets a new UUID if none is given. Values are checked when the domain is started or described.
    package init(
        name: String, uuid: String = UUID().uuidString.lowercased(), metadata: LabMetadata, isa: ISA,
        accelerator: Accelerator, vcpus: Int = 1, memoryMiB: Int, kernel: String, initramfs: String? = nil,
        commandLine: String, disk: Disk? = nil, consoleSocket: String, consoleLog: String,
        reportLog: String? = nil, virtioBus: VirtioBus = .pci, networkCard: NetworkCard = .virtioPCI,
        management: ManagementNIC? = nil, fabric: FabricNIC? = nil, fabricCapture: String? = nil,
        debugSocket: String? = nil,
        placement: Placement = Placement(),
        cpuModel: String? = nil
    ) {
        self.name = name
        self.uuid = uuid
        self.metadata = metadata
        self.isa = isa
        self.accelerator = accelerator
        self.vcpus = vcpus
        self.memoryMiB = memoryMiB
        self.kernel = kernel
        self.initramfs = initramfs
        self.commandLine = commandLine
        self.disk = disk
        self.consoleSocket = consoleSocket
        self.consoleLog = consoleLog
        self.reportLog = reportLog
        self.virtioBus = virtioBus
        self.networkCard = networkCard
        self.management = management
        self.fabric = fabric
        self.fabricCapture = fabricCapture
        self.debugSocket = debugSocket
        self.placement = placement
        self.cpuModel = cpuModel
    }
}

/// The kernel arguments that the way we start guests asks for.
enum KernelArguments {
    /// The device of the guest's console, the first serial port of its machine.
    static func consoleDevice(_ isa: ISA) -> String {
        switch isa {
        case .x86_64: "ttyS0"
        case .aarch64: "ttyAMA0"
        }
    }

    /// What every guest gets: its console, and a reboot on panic, by which QEMU ends.
    static func base(_ isa: ISA) -> [String] {
        let common = ["console=\(consoleDevice(isa))", "panic=-1"]
        // Emulated timers may be too late for the kernel's check of them, which then panics.
        return isa == .x86_64 ? common + ["no_timer_check"] : common
    }
}
