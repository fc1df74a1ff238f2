import FoundationEssentials
import ISA
import ImageStore
import Support
import TestSupport
import Testing

extension EndToEnd.Disks {
    private static let root = String(#filePath.dropLast("Tests/EndToEndTests/DiskTests.swift".count))

    /// A lab of two systems, of which arm's is the embedded one unless it is given, too.
    private func file(_ legacy: LegacyKernel, _ lines: String, arm: String = "initramfs: embedded") throws -> String {
        let file = legacy.lab.workplace.file("\(legacy.lab.name).yaml")
        func node(_ isa: ISA, _ more: String) throws -> String {
            """
              - isa: \(isa.rawValue)
                kernel: \(try legacy.kernel(isa))
                interface: \(LegacyKernel.interface)
                modules: [\(try legacy.module("legacy", isa)), \(try legacy.module("legacy_socket", isa))]
                \(more)

            """
        }
        try AtomicFile.write("nodes:\n" + node(.x86_64, lines) + node(.aarch64, arm), to: file)
        return file
    }

    @Test(
        "disk images of both ISAs, over the console and by SSH, are full members of a lab, and stay as they were",
        .timeLimit(.minutes(8)))
    func console() async throws {
        let lab = Lab(name: "disk", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        let image = try await DiskImage(
            lab, .x86_64, busyboxOf: try await legacy.embedded(.x86_64) + "/initramfs",
            in: lab.workplace.file("disk-root"), at: lab.workplace.file("x86.img"))
        let key = lab.workplace.file("disk-key")
        try await lab.host("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        let packed = try await DiskImage(
            lab, .aarch64, busyboxOf: try await legacy.embedded(.aarch64) + "/initramfs",
            key: ByteText.text(Array(try AtomicFile.contents(of: key + ".pub"))).split(separator: "\n").first.map(
                String.init),
            in: lab.workplace.file("arm-root"), at: lab.workplace.file("arm.img"))
        try await packed.qcow2(lab)
        let before = try [image, packed].map { try SHA256.hex(ofFile: $0.path) }
        let password = "password: \"\(DiskImage.password)\""
        let lines =
            "disk: {file: x86.img, format: raw}\n    initramfs: embedded\n    login: {console: root, \(password)}"
        let arm =
            "disk: {file: arm.img, format: qcow2}\n    initramfs: embedded\n"
            + "    login: {ssh: root, key: disk-key, \(password)}"
        let up = try await lab("up", "-f", try file(legacy, lines, arm: arm), limit: .seconds(400))
        #expect(up.errorText.contains("x86: all peers seen") && up.errorText.contains("arm: all peers seen"))
        #expect(!up.errorText.contains("goes over its serial console"))
        #expect(try await lab.status().nodes.map(\.peers) == [["arm": "up"], ["x86": "up"]])

        let ran = try await lab("exec", "x86", "echo out; echo err >&2; hostname; exit 7", exit: 7)
        #expect(ran.text == "out\nstrange\n" && ran.errorText == "err\n")
        #expect(try await lab("exec", "x86", "cat", input: Array("in\n".utf8)).text == "in\n")
        let told = try await lab(
            "exec", "x86", "cat /etc/hosts /run/popcorn-joined; ping -c 1 arm | grep -c '1 packets rec'")
        #expect(told.lines.contains("10.4.4.101 arm") && told.lines.contains("1 10.4.4.101 aarch64"))
        #expect(try await lab("logs", "x86", limit: .seconds(60)).text.contains("legacy:    1 joined, aarch64"))

        let sent = lab.workplace.file("disk-sent"), back = lab.workplace.file("disk-back")
        // More than travels at once.
        try AtomicFile.write((0..<40_000).map { _ in UInt8.random(in: 0...255) }, to: sent)
        try await lab("cp", sent, "x86:/root/sent", limit: .seconds(120))
        try await lab("cp", "x86:/root/sent", back, limit: .seconds(120))
        #expect(try AtomicFile.contents(of: back) == AtomicFile.contents(of: sent))
        // The key opens it, and what it has is the disk.
        let root = try await lab("exec", "arm", "hostname; grep -c '^/dev/root / \\|^/dev/vda / ' /proc/mounts")
        #expect(root.lines == ["strange", "1"])
        try await lab("cp", sent, "arm:/root/sent", limit: .seconds(120))
        #expect(try await lab("exec", "arm", "sha256sum /root/sent").text.hasPrefix(try SHA256.hex(ofFile: sent)))
        #expect(try await lab("exec", "arm", "ping -c 1 x86 | grep -c '1 packets rec'").text == "1\n")

        for isa in ISA.allCases {
            try await lab.host(
                "\(isa.gnuTriplet)-gcc", "-static", "-no-pie", "-nostdlib", "-fno-stack-protector", "-s", "-o",
                lab.workplace.file("tiny_\(isa.rawValue)"), Self.root + "Tests/EndToEndTests/Probe/tiny.c")
        }
        let program = try await lab("run", lab.workplace.file("tiny"), "--on", "x86", exit: 3, limit: .seconds(120))
        #expect(program.text == "tiny\n")

        let refused = try await lab("ssh", "x86", exit: 64)
        #expect(refused.errorText.contains("x86 is reached by its serial console alone"))
        try await lab("down", limit: .seconds(120))
        #expect(try [image, packed].map { try SHA256.hex(ofFile: $0.path) } == before)
    }

    /// The kernel unpacks archives that follow each other, so that this is the embedded image's with an init of its own, a shell
    /// script, which loads the drivers.
    private func system(_ legacy: LegacyKernel, at path: String) async throws {
        var archive = CpioArchive()
        archive.addFile(
            "/init", mode: 0o755,
            text: """
                #!/bin/sh
                mkdir -p /proc /sys /dev /run /tmp
                mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run
                while read -r module; do insmod "$module"; done </etc/modules
                hostname strange
                exec busybox init

                """)
        // Whoever is at the console is root.
        archive.addFile("/etc/inittab", text: "ttyS0::respawn:-/bin/sh\n")
        let embedded = try AtomicFile.contents(of: try await legacy.embedded(.x86_64) + "/initramfs")
        try AtomicFile.write(Array(embedded) + (try archive.serialized()), to: path)
    }

    @Test(
        "an initramfs of one's own is a system, and the memory of one that has panicked is dumped",
        .timeLimit(.minutes(8)))
    func initramfs() async throws {
        let lab = Lab(name: "initramfs", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        try await system(legacy, at: lab.workplace.file("system.cpio"))
        let lines = "initramfs: system.cpio\n    memory: 256MiB\n    cmdline: panic=0"
        let up = try await lab("up", "-f", try file(legacy, lines), limit: .seconds(400))
        #expect(up.errorText.contains("x86: all peers seen"))
        let told = try await lab("exec", "x86", "hostname; cat /run/popcorn-joined; exit 3", exit: 3)
        #expect(told.lines == ["strange", "1 10.4.4.101 aarch64"])
        #expect(try await lab.status().nodes.map(\.peers) == [["arm": "up"], ["x86": "up"]])

        try await lab("fault", "x86", "panic", limit: .seconds(120))
        let core = lab.workplace.file("x86.core")
        try await lab("dump", "x86", "--output", core, limit: .seconds(120))
        // Its memory, with the log that nobody could read any more.
        let bytes = try AtomicFile.contents(of: core)
        #expect(bytes.prefix(4) == Data([0x7f] + Array("ELF".utf8)) && bytes.count >= 256 << 20)
        #expect(bytes.range(of: Data("Kernel panic - not syncing: sysrq triggered crash".utf8)) != nil)
        try await lab("down", "--grace", "0s", limit: .seconds(120))
    }

    @Test("what is wrong with a disk, or not to be found on it, is told with what to do")
    func refusals() async throws {
        let lab = Lab(name: "diskless", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        try AtomicFile.write("no disk\n", to: lab.workplace.file("text.img"))
        try await lab.host("mke2fs", "-q", lab.workplace.file("blank.img"), "1M")
        func refused(_ lines: String, exit: Int32 = 64) async throws -> String {
            try await lab("up", "-f", try file(legacy, lines), exit: exit, limit: .seconds(200)).errorText
        }
        let missing = try await refused("initramfs: embedded\n    disk: {file: none.img, format: raw}")
        #expect(missing.contains("none.img: No such file or directory") && !missing.contains("domain started"))
        #expect(
            try await refused("initramfs: embedded\n    disk: {file: text.img, format: raw}").contains(
                "text.img is no disk image: neither a table of partitions nor a file system"))
        #expect(
            try await refused("initramfs: embedded\n    disk: {file: text.img, format: qcow2}").contains(
                "text.img is no qcow2 image"))
        #expect(try await refused("disk: {file: text.img, format: cow}").contains("'cow' is not a format of a disk"))
        // The kernel's own word, and at once, though a peer waits.
        let panicked = try await refused("disk: {file: blank.img, format: raw, root: /dev/vdz}", exit: 1)
        #expect(panicked.contains("Unable to mount root fs") && panicked.contains("is /dev/vdz the right device?"))
        let absent = try await refused(
            "initramfs: embedded\n    disk: {file: blank.img, format: raw, root: /dev/vdz}", exit: 124)
        #expect(absent.contains("there is no device /dev/vdz"))
        try await lab("status", exit: 64)
    }
}
