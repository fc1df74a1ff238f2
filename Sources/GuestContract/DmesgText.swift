import Support

/// What `dmesg -r` prints, for guests in which nothing of ours reads `/dev/kmsg`.
enum DmesgText {
    /// The same as records of `/dev/kmsg`: `PRIORITY,NUMBER,MICROSECONDS,-;TEXT`.
    ///
    /// The numbers are ours, from 0: dmesg tells none. A line without a stamp belongs to the one before it.
    static func records(_ printed: [UInt8]) -> [UInt8] {
        var result = ""
        var number = 0
        var last = (priority: "6", time: 0)
        for line in ByteText.text(printed).split(separator: "\n") {
            var text = Substring(line)
            if let match = text.firstMatch(of: #/^<(\d+)>/#) {
                last.priority = String(match.1)
                text = text[match.range.upperBound...]
            }
            if let match = text.firstMatch(of: #/^\[ *(\d+)\.(\d{6})\] /#) {
                last.time = (Int(match.1) ?? 0) * 1_000_000 + (Int(match.2) ?? 0)
                text = text[match.range.upperBound...]
            }
            result += "\(last.priority),\(number),\(last.time),-;\(text)\n"
            number += 1
        }
        return ByteText.bytes(result)
    }
}
