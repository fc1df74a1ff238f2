import Topology

/// What a guest needs of QEMU that libvirt has no words for, as arguments that libvirt passes on.
struct QEMUArguments {
    private var arguments: [String] = []

    init(_ spec: DomainSpec) {
        // libvirt's own <log/> goes through virtlogd when there is a daemon, and virtlogd drops all but the last megabytes.
        // `-set` takes the rest of the word as it is.
        arguments += ["-set", "chardev.char\(DomainXML.consoleAlias).logfile=\(spec.consoleLog)"]
        // libvirt wants to see QEMU stopped before it ends it, but the process that would do so may be long gone.
        arguments += ["-action", "reboot=shutdown,shutdown=poweroff,panic=shutdown"]
        if let socket = spec.debugSocket {
            arguments += ["-chardev", "socket,id=debug,path=\(Self.value(socket)),server=on,wait=off"]
            arguments += ["-gdb", "chardev:debug"]
        }
        if let log = spec.reportLog {
            arguments += ["-chardev", "file,id=report,path=\(Self.value(log)),append=on"]
            let bus =
                switch spec.virtioBus {
                case .pci: "virtio-serial-pci,id=report-bus,max_ports=2,bus=pcie.0,addr=0x13"
                case .mmio: "virtio-serial-device,id=report-bus,max_ports=2"
                }
            arguments += ["-device", bus]
            arguments += ["-device", "virtserialport,bus=report-bus.0,nr=1,chardev=report,name=popcorn.report"]
        }
        if let disk = spec.disk { add(disk, spec.virtioBus) }
        if let nic = spec.management {
            arguments += [
                "-netdev",
                "user,id=\(GuestNIC.management.rawValue),restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:\(nic.hostPort)-:22",
            ]
            add(.management, spec.networkCard, mac: nic.mac, slot: "0x10")
        }
        if let nic = spec.fabric {
            arguments += ["-netdev", "vde,id=\(GuestNIC.fabric.rawValue),sock=\(Self.value(nic.switchDirectory))"]
            add(.fabric, spec.networkCard, mac: nic.mac, slot: "0x11")
            if let capture = spec.fabricCapture {
                arguments += [
                    "-object",
                    "filter-dump,id=trace-\(GuestNIC.fabric.rawValue),netdev=\(GuestNIC.fabric.rawValue),"
                        + "file=\(Self.value(capture))",
                ]
            }
        }
    }

    var element: XMLElement {
        XMLElement("qemu:commandline") {
            for argument in arguments { XMLElement("qemu:arg", ["value": argument]) }
        }
    }

    /// libvirt has a word for disks that forget, but makes the file for what is written beside the image, where its user may not
    /// write. QEMU's own has no name, and is gone with it.
    private mutating func add(_ disk: DomainSpec.Disk, _ bus: VirtioBus) {
        let how = disk.isSnapshot ? "snapshot=on,cache=unsafe" : "snapshot=off,discard=unmap"
        arguments += [
            "-drive", "if=none,id=disk,format=\(disk.format.rawValue),\(how),file=\(Self.value(disk.path))",
        ]
        switch (disk.model, bus) {
        // On the root bus, as the NICs are: a port in between would only cost boot time.
        case (.virtio, .pci): arguments += ["-device", "virtio-blk-pci,drive=disk,bus=pcie.0,addr=0x12"]
        case (.virtio, .mmio): arguments += ["-device", "virtio-blk-device,drive=disk"]
        case (.ide, _):
            arguments += ["-device", "piix3-ide,id=old-ide,bus=pcie.0,addr=0x12"]
            arguments += ["-device", "ide-hd,drive=disk,bus=old-ide.0"]
        // The controller is part of the machine.
        case (.ahci, _): arguments += ["-device", "ide-hd,drive=disk,bus=ide.0"]
        }
    }

    /// The place is explicit because libvirt does not know of these devices and would put its own there. Without an option ROM,
    /// firmware has nothing to offer a network boot with.
    private mutating func add(_ nic: GuestNIC, _ card: NetworkCard, mac: String, slot: String) {
        let place =
            switch card {
            case .virtioPCI, .e1000: ",romfile=,bus=pcie.0,addr=\(slot)"
            // The machine has slots of its own for such devices, and gives them out in their order.
            case .virtioMMIO: ""
            }
        arguments += [
            "-device", "\(card.rawValue),netdev=\(nic.rawValue),id=nic-\(nic.rawValue),mac=\(mac)\(place)",
        ]
    }

    /// A value inside a comma-separated option: QEMU reads two commas as one.
    private static func value(_ text: String) -> String {
        text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
