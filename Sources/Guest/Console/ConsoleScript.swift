/// What runs in the guest's shell for a console session: functions of POSIX shells, and the words that call them.
///
/// Every answer begins and ends with a mark, which stands in no command that is typed: its halves are joined in the guest only, so that
/// an echo is never taken for an answer. Bytes travel as base64 with the SHA-256 of what they stand for.
enum ConsoleScript {
    /// Runs each line that is typed, until one says `break`.
    ///
    /// It reads in the terminal's own line mode, in which no shell's line editing slows us or draws over our lines.
    static let loop = "sh -c 'while IFS= read -r l; do eval \"$l\"; done'"

    /// Leaves the console as it was, and says so: what is typed is lost when we let go of the line before it has arrived.
    static let end = "_pq; printf '\\n@%s%s;\\n' $1 $2; break"

    /// Where the console's log level stands: kernel messages are kept off the console as long as it is ours.
    private static let level = "/proc/sys/kernel/printk"

    /// - Parameters:
    ///   - directory: the name of one in which the session keeps what it is about to send.
    ///   - compresses: whether the guest has gzip.
    ///
    /// Each one line, shorter than the 4096 bytes of a terminal's line. `$1$2` is the answer's mark everywhere.
    static func functions(directory: String, compresses: Bool) -> [String] {
        let (pack, unpack) = compresses ? ("gzip -c", "gzip -dc") : ("cat", "cat")
        return [
            "stty -echo 2>/dev/null; umask 077; for _pd in /tmp /run /dev/shm /var/tmp; do "
                + "mkdir -p $_pd/\(directory) 2>/dev/null && break; done; umask 022; "
                + "_pd=$_pd/\(directory); export _pd; : >$_pd/i",
            "[ -e $_pd/l ] || cat \(level) >$_pd/l; echo 1 2>/dev/null >\(level)",
            // More bytes an interrupt, where the driver lets one choose.
            "for _pf in /sys/class/tty/ttyS*/rx_trig_bytes; do echo 14 >$_pf; done 2>/dev/null",
            "_pq() { cat $_pd/l >\(level); stty echo 2>/dev/null; rm -rf $_pd; }",
            // Runs a command: its length, as a check, and its text.
            "_px() { if [ ${#4} != \"$3\" ]; then printf '\\n@%s%s bad;\\n' $1 $2; return; fi; "
                + "sh -c \"$4\" <$_pd/i >$_pd/o 2>$_pd/e; _pr=$?; "
                + "_po=$(wc -c <$_pd/o); _pe=$(wc -c <$_pd/e); for _pn in 1 2; do "
                + "printf '\\n@%s%s %d %d %d;\\n' $1 $2 $_pr $_po $_pe; done; }",
            // Sends piece $5 of $4 bytes of file $3.
            "_pg() { dd if=\"$3\" of=$_pd/p bs=$4 skip=$5 count=1 2>/dev/null || : >$_pd/p; _ps=$(sha256sum <$_pd/p); "
                + "printf '\\n@%s%s %s\\n' $1 $2 \"${_ps%% *}\"; \(pack) <$_pd/p | base64; printf '\\n@%s%s.\\n' $1 $2; }",
            // Takes $3 lines, and tells the digest of what they stand for; _pa adds it to file $3.
            "_pu() { head -n $3 | tr -d '\\r' | base64 -d 2>/dev/null | \(unpack) >$_pd/u 2>/dev/null; _ps=$(sha256sum <$_pd/u); "
                + "printf '\\n@%s%s %s;\\n' $1 $2 \"${_ps%% *}\"; }",
            "_pa() { cat $_pd/u >>\"$3\"; printf '\\n@%s%s %d;\\n' $1 $2 $?; }",
        ]
    }

    /// What the functions need that a guest may lack.
    static let programs = ["base64", "sha256sum", "head", "tr", "dd", "wc"]
    /// What makes them faster.
    static let packer = "gzip"
}
