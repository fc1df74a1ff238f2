import Support

/// Why a move did not happen: the errnos of `Images/kernel/include/uapi/popcorn/popcorn.h` in words.
enum MoveRefusal {
    /// - Parameter code: positive or, as kernels write it, negative.
    static func reason(_ code: Int32) -> String {
        switch abs(code) {
        case ENOENT: "the program's file for that node is not there; `popcorn-lab deploy` puts it on every node"
        case EACCES: "its user may not execute the program there"
        case EPERM: "setuid programs and processes with changed ids may not move"
        case ENOEXEC: "the file there is no program for that node"
        case ESTALE: "the file there is another build of the program; `popcorn-lab deploy` replaces it"
        case ENODATA: "the program has no build id"
        case ENOMEM: "the program has more memory than that node can hold; give it more in the lab file (`memory:`)"
        case EBUSY: "its previous worker there has not ended yet"
        case EHOSTDOWN: "the node is not connected"
        case ESRCH: "its worker there ended, or did not start in time"
        case EAGAIN: "too much is queued for the node"
        case EALREADY: "it is at that node"
        default: errorText(abs(code))
        }
    }
}
