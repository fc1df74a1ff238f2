import Hypervisor
import ISA
import Topology

/// The kernel command line of the embedded guest.
enum KernelCommandLine {
    /// - Parameters:
    ///   - interface: what kernels of the node's interface want.
    ///   - root: the file system on a disk that becomes `/`; `nil` without a disk.
    ///   - extra: the node's own arguments. They come last, because the kernel takes the last value of most keys.
    static func embedded(
        isa: ISA, accelerator: Accelerator, interface: [String]? = nil, root: String? = nil, extra: String? = nil
    ) -> String {
        (common + specific(isa) + emulated(isa, accelerator) + (root.map { ["root=\($0)", "rw"] } ?? [])
            + (interface ?? []) + [extra].compactMap { $0 })
            .joined(separator: " ")
    }

    private static let common = [
        // A panic must end QEMU at once: guests run with -no-reboot.
        "panic=-1",
        // The serial line is the slowest part of an emulated boot. Warnings and our init's lines still show, and dmesg has all.
        "loglevel=5",
        // Guests of a lab trust each other's kernels; mitigations only cost time under emulation.
        "mitigations=off",
        // Likewise, Debian's kernel zeroes memory when it is taken, also what is written in full at once.
        "init_on_alloc=0",
        // The kernel's log must hold a whole migration with tracing on.
        "log_buf_len=1M", "printk.devkmsg=on",
    ]

    private static func specific(_ isa: ISA) -> [String] {
        switch isa {
        // An emulated timer under load can miss the kernel's check of it, which ends in a panic.
        case .x86_64: ["console=ttyS0", "no_timer_check"]
        case .aarch64: ["console=ttyAMA0"]
        }
    }

    /// What only emulated guests want. `docs/performance.md` has what each brings.
    private static func emulated(_ isa: ISA, _ accelerator: Accelerator) -> [String] {
        guard accelerator == .tcg else { return [] }
        // One interrupt less for each packet that is sent; init hands it to the module.
        let network = "virtio_net.napi_tx=0"
        switch isa {
        // Linux does not trust the time stamp counters of several emulated CPUs, although QEMU reads them all from one
        // clock. Without them, `local_clock()` stands still when a tick is late, and with it every stamp of the kernel's
        // log and traces: a message then seems to be sent at the moment at which its answer is received.
        case .x86_64: return ["tsc=reliable", network]
        // A kernel at a random address takes its page tables away from user space, in spite of `mitigations=off`: every
        // system call then flushes what the emulator has translated.
        case .aarch64: return ["kpti=off", network]
        }
    }
}
