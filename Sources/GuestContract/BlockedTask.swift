/// A task in the kernel's answer to SysRq w: it waits for something, and no signal can wake it.
package struct BlockedTask: Sendable, Equatable {
    /// The task's name; kernel threads have one too.
    package var name: String
    /// Its id in the guest.
    package var pid: Int32
    /// The functions that it is in, innermost first, without what every task that sleeps is in.
    package var functions: [String]

    /// The tasks that a kernel's answer lists.
    ///
    /// - Parameter lines: the log's texts, without stamps: `task:NAME state:D … pid:N …`, then the stack (Linux 5.13 and later).
    package static func list(_ lines: some Sequence<Substring>) -> [BlockedTask] {
        var tasks: [BlockedTask] = []
        for line in lines {
            if let task = BlockedTask(line) {
                tasks.append(task)
            } else if let function = function(line), !tasks.isEmpty, !isOfScheduler(function) {
                tasks[tasks.count - 1].functions.append(function)
            }
        }
        return tasks
    }

    private init?(_ line: Substring) {
        guard line.hasPrefix("task:"), let state = line.firstRange(of: "state:"),
            let place = line.firstRange(of: " pid:")
        else { return nil }
        let number = line[place.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }
        guard let pid = Int32(number) else { return nil }
        let name = line[line.index(line.startIndex, offsetBy: 5)..<state.lowerBound]
        self.name = name.split(separator: " ").joined(separator: " ")
        self.pid = pid
        functions = []
    }

    /// The name in `NAME+0x1c/0x90 [MODULE]`; what the kernel is not sure of, behind a question mark, does not count.
    private static func function(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let word = words.first, words.count <= 2, let plus = word.firstRange(of: "+0x"),
            word[plus.upperBound...].contains("/0x")
        else { return nil }
        return String(word[..<plus.lowerBound])
    }

    private static func isOfScheduler(_ function: String) -> Bool {
        ["__switch_to", "__schedule", "schedule", "schedule_timeout", "io_schedule", "schedule_preempt_disabled"]
            .contains(function)
    }
}
