extension KernelTrouble {
    /// Words by which a kernel says that it is not well.
    struct Sign: Sendable {
        var severity: Severity
        var marker: String
        /// Whether the words mean that only where the kernel's text begins.
        var atStart = false

        init(_ severity: Severity, _ marker: String, atStart: Bool = false) {
            self.severity = severity
            self.marker = marker
            self.atStart = atStart
        }
    }

    /// Those of Linux 4.4 to 6.x, and of Popcorn's page server. The first that fits counts: the special ones stand before the
    /// general ones.
    static let signs = panics + hangs + complaints + oopses + warnings + details

    /// kernel/panic.c, arch/*/kernel/traps.c.
    private static let panics = [
        Sign(.panic, "Kernel panic"),
        Sign(.panic, "PANIC: double fault"),
        Sign(.panic, "Insufficient stack space to handle exception!"),
        Sign(.panic, "Start panicking"),
        Sign(.panic, "page_server_panic"),
    ]

    /// kernel/watchdog.c, kernel/hung_task.c, kernel/rcu/tree_stall.h, kernel/workqueue.c, kernel/smp.c.
    private static let hangs = [
        Sign(.hang, "soft lockup"),
        Sign(.hang, "hard LOCKUP"),
        Sign(.hang, "Hard LOCKUP"),
        Sign(.hang, "workqueue lockup"),
        Sign(.hang, "lockup suspected"),
        Sign(.hang, "blocked for more than"),
        Sign(.hang, "blocked in I/O wait for more than"),
        Sign(.hang, "detected stall"),
        Sign(.hang, "detected expedited stalls"),
        Sign(.hang, "kthread starved for"),
        Sign(.hang, "kthread timer wakeup didn't happen for"),
        Sign(.hang, "non-responsive CSD lock"),
        Sign(.hang, "unregister_netdevice: waiting for", atStart: true),
    ]

    /// What begins as a BUG, and after which the kernel goes on: kernel/sched/core.c, lib/smp_processor_id.c, KCSAN, and lockdep,
    /// which until 4.13 had all its complaints in brackets.
    private static let complaints = [
        Sign(.warning, "[ INFO: ", atStart: true),
        Sign(.warning, "[ BUG: ", atStart: true),
        Sign(.warning, "BUG: KCSAN:"),
        Sign(.warning, "BUG: scheduling while atomic"),
        Sign(.warning, "BUG: sleeping function called from invalid context"),
        Sign(.warning, "BUG: MAX_"),
        Sign(.warning, "in preemptible ["),
        Sign(.warning, "leaked lock or atomic"),
    ]

    /// lib/bug.c, arch/*/mm/fault.c, arch/*/kernel/traps.c, mm/slub.c, mm/kasan, mm/kfence, lib/list_debug.c.
    private static let oopses = [
        Sign(.oops, "kernel BUG at"),
        Sign(.oops, "BUG:"),
        Sign(.oops, "BUG ", atStart: true),
        Sign(.oops, "Oops"),
        Sign(.oops, "KASAN:"),
        Sign(.oops, "kasan: GPF could be"),
        Sign(.oops, "Internal error:"),
        Sign(.oops, "Unable to handle kernel"),
        Sign(.oops, "unable to handle kernel"),
        Sign(.oops, "general protection fault, probably", atStart: true),
        Sign(.oops, "general protection fault, maybe", atStart: true),
        Sign(.oops, "0000 [#"),
        Sign(.oops, "Bad mode in"),
        Sign(.oops, "SError Interrupt on CPU"),
        Sign(.oops, "Fixing recursive fault but reboot is needed"),
        Sign(.oops, "Out of memory and no killable processes"),
        Sign(.oops, "list_add corruption"),
        Sign(.oops, "list_del corruption"),
        Sign(.oops, "list_add double add"),
        Sign(.oops, "slab error in", atStart: true),
    ]

    /// kernel/panic.c, kernel/locking/lockdep.c, lib/ubsan.c, lib/refcount.c, mm/kmemleak.c, mm/oom_kill.c, mm/page_alloc.c.
    private static let warnings = [
        Sign(.warning, "WARNING:", atStart: true),
        Sign(.warning, "UBSAN:", atStart: true),
        Sign(.warning, "INFO: possible recursive locking detected", atStart: true),
        Sign(.warning, "INFO: trying to register non-static key", atStart: true),
        Sign(.warning, "refcount_t:"),
        Sign(.warning, "new suspected memory leaks"),
        Sign(.warning, "invoked oom-killer"),
        Sign(.warning, "Out of memory: Kill"),
        Sign(.warning, "out of memory: Kill"),
        Sign(.warning, "page allocation failure"),
        Sign(.warning, "Slab cache still has objects"),
        Sign(.warning, "VFS: Busy inodes after unmount", atStart: true),
    ]

    private static let details = [
        Sign(.detail, "Call Trace:"),
        Sign(.detail, "Call trace:"),
    ]
}
