import FoundationEssentials

extension DomainSpec {
    /// The smallest memory that a guest may have: less than a Debian kernel needs to reach user space.
    static let smallestMemoryMiB = 64

    /// Checks what libvirt would not, or would report in words of its own.
    ///
    /// - Throws: `HypervisorError` with `invalidSpec`, naming the domain, the field and what was expected.
    func validate() throws(HypervisorError) {
        try require(
            !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".") && !name.contains("/")
                && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F },
            "name", name, "1 to 200 bytes without /, control characters and a leading dot")
        try require(UUID(uuidString: uuid) != nil, "UUID", uuid, "a UUID")
        try require((1...255).contains(vcpus), "number of CPUs", "\(vcpus)", "1 to 255")
        try require(
            (Self.smallestMemoryMiB...1 << 24).contains(memoryMiB), "memory", "\(memoryMiB) MiB",
            "at least \(Self.smallestMemoryMiB) MiB")
        try path(kernel, "kernel")
        let hasMMIO = isa == .aarch64
        try require(
            hasMMIO || networkCard != .virtioMMIO, "network card", networkCard.rawValue,
            "a card of a machine without virtio-mmio: virtio-net-pci or e1000")
        try require(
            hasMMIO || virtioBus != .mmio, "virtio bus", virtioBus.rawValue, "a bus that an x86-64 machine has: pci")
        if let initramfs { try path(initramfs, "initramfs") }
        if let disk {
            try path(disk.path, "disk")
            try require(
                isa == .x86_64 || disk.model == .virtio, "disk", disk.model.rawValue,
                "a disk that the machine has: virtio")
        }
        try path(consoleLog, "console log")
        if let reportLog { try path(reportLog, "report log") }
        try socketPath(consoleSocket, "console socket")
        if let debugSocket { try socketPath(debugSocket, "socket for debuggers") }
        if let fabricCapture { try path(fabricCapture, "capture") }
        try require(
            XMLElement.canHold(commandLine) && !commandLine.contains("\n") && commandLine.utf8.count < 2048,
            "kernel command line", commandLine, "one line of less than 2048 bytes")
        for text in [metadata.lab, metadata.labID, metadata.node] {
            try require(
                !text.isEmpty && XMLElement.canHold(text), "lab metadata", text, "text without control characters")
        }
        if let management {
            try mac(management.mac)
            try require(management.hostPort != 0, "forwarded port", "0", "1 to 65535")
        }
        if let fabric {
            try mac(fabric.mac)
            try socketPath(fabric.switchDirectory + "/ctl", "switch directory")
            try require(fabric.mac != management?.mac, "MAC address", fabric.mac, "different addresses of the two NICs")
        }
        try require(placement.hostCPUs.allSatisfy { $0 >= 0 }, "host CPUs", "\(placement.hostCPUs)", "CPU numbers")
        try require(
            placement.memoryNodes.allSatisfy { $0 >= 0 }, "NUMA nodes", "\(placement.memoryNodes)", "node numbers")
        if let cpuModel {
            try require(
                !cpuModel.isEmpty && cpuModel.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") },
                "CPU model", cpuModel, "a name that `qemu-system-\(isa.machine) -cpu help` lists")
        }
    }

    private func require(
        _ condition: Bool, _ field: String, _ value: String, _ expected: String
    ) throws(HypervisorError) {
        guard !condition else { return }
        throw HypervisorError(.invalidSpec, "domain \(name): the \(field) `\(value)` is not \(expected)")
    }

    private func path(_ path: String, _ field: String) throws(HypervisorError) {
        try require(
            path.hasPrefix("/") && XMLElement.canHold(path) && !path.contains("\n"), "path of the \(field)", path,
            "an absolute path")
    }

    /// A Unix socket's address holds 108 bytes with its end (unix(7)).
    private func socketPath(_ path: String, _ field: String) throws(HypervisorError) {
        try self.path(path, field)
        try require(path.utf8.count < 108, "path of the \(field)", path, "shorter than 108 bytes")
    }

    private func mac(_ address: String) throws(HypervisorError) {
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        // The initialiser alone would take a sign for a digit.
        let octets = parts.compactMap { $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) ? UInt8($0, radix: 16) : nil }
        try require(
            parts.count == 6 && octets.count == 6 && octets[0] & 1 == 0, "MAC address", address,
            "six hexadecimal octets of a unicast address, such as 52:54:00:12:34:56")
    }
}
