import ISA

/// What a lab may ask for at all; a host may offer less.
package enum LabLimits {
    /// Node ids are small numbers in every message, and one switch carries all of the lab.
    package static let nodes = 1...32

    /// Virtual CPUs of one node.
    package static let vcpus = 1...64

    /// NUMA node numbers: MAX_NUMNODES of the kernel is at most 1024.
    static let numaNodes = 0...1023

    /// TCP ports that the message layer may listen on; 0 would mean any.
    package static let ports = 1...65535

    /// Bytes: from the least that every IPv4 host must take (RFC 791) to Ethernet's own.
    ///
    /// No jumbo frames: VDE's switch cuts every frame off after 1518 bytes, without a word (measured with vde2 2.3.2).
    package static let mtu = 576...1500

    /// From a tenth of a second, below which an emulated guest is silent by itself, to an hour.
    package static let silenceMilliseconds = 100...3_600_000

    /// Bytes: Linux's COMMAND_LINE_SIZE is 2048 on both ISAs, and our own arguments come first.
    static let longestKernelArguments = 1024

    /// MiB: at most one TiB.
    static let highestMemoryMiB = 1 << 20

    /// The least memory, in MiB, that an ISA's guest works with.
    ///
    /// Debian's 6.1 cloud kernels with an initramfs of 16 MiB and two virtual CPUs reach user space in QEMU from 112
    /// MiB on for x86-64 and from 80 MiB on for aarch64 (measured in steps of 16 MiB; with less the kernel panics).
    /// 48 MiB are added for the SSH server, the message layer and the program to run.
    static func lowestMemoryMiB(of isa: ISA) -> Int {
        switch isa {
        case .x86_64: 112 + 48
        case .aarch64: 80 + 48
        }
    }
}
