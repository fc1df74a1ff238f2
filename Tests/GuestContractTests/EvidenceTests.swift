import Testing

@testable import GuestContract

@Suite("Evidence of a guest")
struct EvidenceTests {
    @Test("blocked tasks are read from the answer to SysRq w, without what every sleeper is in")
    func blocked() {
        let text = """
            sysrq: Show Blocked State
            task:kworker/u4:2    state:D stack:0     pid:33    ppid:2      flags:0x00004000
            Workqueue: popcorn_dsm sweep [popcorn]
            Call Trace:
             <TASK>
             __schedule+0x34d/0x9e0
             ? preempt_count_add+0x4b/0xa0
             schedule+0x5e/0xd0
             __mutex_lock.constprop.0+0x1c5/0x6a0
             sweep+0x40/0x130 [popcorn]
             </TASK>
            task:my program      state:D stack:13456 pid:301   ppid:1      flags:0x00000002
            Call trace:
             __switch_to+0xf0/0x170
             schedule+0x50/0xd0
            """
        let tasks = BlockedTask.list(text.split(separator: "\n"))
        #expect(tasks.map(\.name) == ["kworker/u4:2", "my program"] && tasks.map(\.pid) == [33, 301])
        #expect(tasks[0].functions == ["__mutex_lock.constprop.0", "sweep"] && tasks[1].functions.isEmpty)
        #expect(BlockedTask.list(["task:x state:D no id", " foo+0x1/0x2"]).isEmpty)
    }

    @Test("threads are read with what they wait in")
    func threads() {
        let text = """
            T: 120/122 origin
            F: wchan
             popcorn_shadow_work
            F: syscall
             29 0x3 0x0
            F: stack
             [<0>] popcorn_shadow_work+0x1/0x2
            F: status
             Name:\tsort
             State:\tS (sleeping)
            T: 87/88 worker
            F: wchan
             0
            F: status
             (No such process)
            T: 1/x worker
            T: 1/2 nowhere
            """
        let places = ThreadPlace.list(parsing: text)
        #expect(places.map(\.tid) == [122, 88] && places.map(\.isWorker) == [false, true])
        #expect(places[0].waitsIn == "popcorn_shadow_work" && places[0].state == "S (sleeping)")
        #expect(places[1].waitsIn == nil && places[1].state.isEmpty)
    }

    @Test("pages on which something is under way are read with who waits for whom")
    func pages() throws {
        let text = """
            S: process=0x7b home=0 at_home=1 dead=0 leaving=0 members=0x2 pages=3
            B: 0x40000000 access=none page=1 locked=0 pending=0 for_write=0 fresh=0 returning=0 stalled=0 demand=0 error=0 \
            owner=1 asker=2 asker_writes=1 sharers=0x2 awaited=0x6 readers=0 writers=0 lost=0
            B: 12 more
            G: 0x40001000 pages=2 access=write page=1 owner=0 sharers=0x1 lost=0
            S: process=0x7c home=1 at_home=0 dead=0 leaving=0 members=0 pages=0
            B: 0x100000000 access=none page=0 locked=1 pending=1 for_write=1 fresh=0 returning=0 stalled=0 demand=36 error=0 \
            owner=-1 asker=-1 asker_writes=0 sharers=0 awaited=0 readers=0 writers=0 lost=0
            """
        let pages = BusyPage.list(parsing: text)
        try #require(pages.count == 2)
        #expect(pages[0].process == "0x7b" && pages[0].home == 0 && pages[0].asker == 2 && pages[0].awaited == [1, 2])
        #expect(!pages[0].isPending && !pages[0].isInDemand && !pages[0].isLocked && !pages[0].isLost)
        #expect(pages[1].process == "0x7c" && pages[1].isPending && pages[1].isInDemand && pages[1].isLocked)
        #expect(pages[1].asker == nil && pages[1].awaited.isEmpty)
    }
}
