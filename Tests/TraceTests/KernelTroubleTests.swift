import Testing

@testable import Trace

/// Lines as kernels from 4.4 to 6.x print them.
@Suite("Kernel trouble")
struct KernelTroubleTests {
    @Test(
        "panics",
        arguments: [
            "Kernel panic - not syncing: sysrq triggered crash",
            "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: schedule+0x8f/0x90",
            "Kernel panic - not syncing: Fatal exception in interrupt",
            "traps: PANIC: double fault, error_code: 0x0",
            "Insufficient stack space to handle exception!",
        ])
    func panics(text: String) { #expect(KernelTrouble.find(in: text)?.severity == .panic) }

    @Test(
        "hangs",
        arguments: [
            "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [insmod:54]",
            "NMI watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [kworker/1:1:44]",
            "NMI watchdog: Watchdog detected hard LOCKUP on cpu 0",
            "watchdog: Watchdog detected hard LOCKUP on cpu 3",
            "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 43s!",
            "BUG: spinlock lockup suspected on CPU#0, swapper/0/0",
            "INFO: task insmod:54 blocked for more than 120 seconds.",
            "INFO: task dd:310 blocked in I/O wait for more than 122 seconds.",
            "INFO: rcu_sched self-detected stall on CPU",
            "rcu: INFO: rcu_preempt self-detected stall on CPU",
            "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
            "INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 5467 jiffies s: 57 root: 0x2/.",
            "INFO: rcu_tasks detected stalls on tasks:",
            "rcu: rcu_preempt kthread starved for 5250 jiffies! g-1131 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 ->cpu=1",
            "rcu: rcu_sched kthread timer wakeup didn't happen for 2099 jiffies! g-1191 f0x0",
            "smp: csd: Detected non-responsive CSD lock (#1) on CPU#1, waiting 5000000042 ns for CPU#00 do_nothing+0x0/0x10",
            "unregister_netdevice: waiting for lo to become free. Usage count = 1",
        ])
    func hangs(text: String) { #expect(KernelTrouble.find(in: text)?.severity == .hang) }

    @Test(
        "oopses, and memory that is not what it should be",
        arguments: [
            "BUG: unable to handle kernel NULL pointer dereference at 0000000000000008",
            "BUG: unable to handle page fault for address: ffffc90000a5bff8",
            "BUG: kernel NULL pointer dereference, address: 0000000000000000",
            "BUG: stack guard page was hit at 00000000e8f8b1b7 (stack is 000000005a8c2c5c..00000000c4f3b8a1)",
            "Oops: 0002 [#1] SMP",
            "Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
            "general protection fault: 0000 [#1] SMP KASAN",
            "general protection fault, probably for non-canonical address 0xdffffc0000000000: 0000 [#1] PREEMPT SMP",
            "general protection fault, maybe for address 0xffff888004b7c000: 0000 [#1] SMP",
            "invalid opcode: 0000 [#1] PREEMPT SMP NOPTI", "divide error: 0000 [#1] SMP",
            "stack segment: 0000 [#1] SMP",
            "kernel BUG at mm/usercopy.c:102!",
            "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010",
            "Internal error: Oops: 96000004 [#1] SMP", "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP",
            "Internal error: synchronous external abort: 0000000096000210 [#1] SMP",
            "Bad mode in Error handler detected on CPU0, code 0xbf000000 -- SError",
            "SError Interrupt on CPU1, code 0x00000000be000011 -- SError",
            "BUG: KASAN: slab-out-of-bounds in kasan_test+0x34/0x60", "KASAN: null-ptr-deref in range [0x0-0x7]",
            "kasan: GPF could be caused by NULL-ptr deref or user memory access",
            "BUG: KFENCE: use-after-free read in test_use_after_free_read+0xb3/0x143",
            "BUG: KMSAN: uninit-value in len_to_bytes+0x1a/0x40",
            "BUG: Bad page state in process popcorn  pfn:1f2a0", "BUG: Bad page map in process sort  pte:8000 pmd:1f4",
            "BUG: Bad rss-counter state mm:00000000d1e5a3f4 type:MM_ANONPAGES val:3",
            "BUG kmalloc-64 (Tainted: G           OE     ): Redzone overwritten",
            "BUG: spinlock bad magic on CPU#0, insmod/812",
            "list_add corruption. next->prev should be prev (ffffffff), but was 0000. (next=ffff8800).",
            "list_del corruption, ffff888004b7c000->next is LIST_POISON1 (dead000000000100)",
            "list_del corruption. prev->next should be ffff8880, but was dead000000000122",
        ])
    func oopses(text: String) { #expect(KernelTrouble.find(in: text)?.severity == .oops) }

    @Test(
        "broken rules, after which the kernel goes on",
        arguments: [
            "WARNING: CPU: 0 PID: 1 at kernel/workqueue.c:1462 __queue_work+0x2a/0x3f0",
            "WARNING: at kernel/workqueue.c:1462", "WARNING: possible circular locking dependency detected",
            "WARNING: possible recursive locking detected", "WARNING: inconsistent lock state",
            "WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected",
            "WARNING: possible irq lock inversion dependency detected", "WARNING: bad unlock balance detected!",
            "WARNING: held lock freed!", "WARNING: lock held when returning to user space!",
            "WARNING: suspicious RCU usage", "WARNING: Nested lock was not taken",
            "WARNING: popcorn/301 still has locks held!",
            "[ INFO: possible circular locking dependency detected ]", "[ INFO: inconsistent lock state ]",
            "[ INFO: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected ]", "[ INFO: suspicious RCU usage. ]",
            "[ BUG: bad unlock balance detected! ]", "[ BUG: held lock freed! ]", "[ BUG: Invalid wait context ]",
            "INFO: trying to register non-static key.", "BUG: MAX_LOCKDEP_ENTRIES too low!",
            "BUG: scheduling while atomic: swapper/0/0/0x00000002",
            "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:97",
            "BUG: using smp_processor_id() in preemptible [00000000] code: popcorn_send/1/88",
            "BUG: using __this_cpu_add() in preemptible [00000000] code: sort/133",
            "BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/12",
            "BUG: KCSAN: data-race in popcorn_count / popcorn_show_stat",
            "UBSAN: array-index-out-of-bounds in drivers/x.c:27:14", "UBSAN: Undefined behaviour in mm/slab.c:12:3",
            "refcount_t: underflow; use-after-free.", "refcount_t: addition on 0; use-after-free.",
            "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
            "sort invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0",
            "Out of memory: Kill process 301 (sort) score 900 or sacrifice child",
            "Out of memory: Killed process 301 (sort) total-vm:83886924kB, anon-rss:36kB",
            "Memory cgroup out of memory: Killed process 301 (sort) total-vm:8388kB",
            "insmod: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), nodemask=(null)",
            "kmem_cache_destroy space: Slab cache still has objects",
            "VFS: Busy inodes after unmount of popcorn_space. Self-destruct in 5 seconds.  Have a nice day...",
        ])
    func warnings(text: String) {
        let trouble = KernelTrouble.find(in: text)
        #expect(trouble?.severity == .warning && trouble?.isFailure == true)
    }

    @Test(
        "what a healthy kernel says",
        arguments: [
            "Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on", "rcu: Hierarchical RCU implementation.",
            "rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.", "DEBUG: popcorn",
            "watchdog: Delayed init of the lockup detector failed: -19",
            "NMI watchdog: Enabled. Permanently consumes one hw-PMU",
            "lockdep is off.", "Running RCU self tests", "sched_clock: Marking stable (600025, 1000)->(12, 1)",
            "kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)",
            "kasan: KernelAddressSanitizer initialized", "sysrq: Show Blocked State", "random: crng init done",
            "popcorn:    1 lost, no sign of life (epoch 1)", "INFO: lockdep is turned off.",
            "Modules linked in: msg_socket(OE) popcorn(OE)", "BUGs are listed", "popcorn-init: ready all peers seen",
        ])
    func health(text: String) { #expect(KernelTrouble.find(in: text) == nil) }

    @Test("a line of a console is judged without its stamp")
    func console() {
        var parser = ConsoleLogParser()
        let log =
            "[   12.345678] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\r\n[   12.345679] [ INFO: suspicious RCU usage. ]\n"
        let found = parser.feed(Array(log.utf8)).map { $0.trouble?.severity }
        #expect(found == [.warning, .warning])
    }
}
